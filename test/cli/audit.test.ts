import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorReply } from '../../src/protocol/errors.ts';
import { startPair } from '../support/client-pair.ts';
import type { Script } from '../support/peer-daemon.ts';
import { noTerminal, runCli, runCliAtTerminal } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Keys `a` to `e` on both nodes; `lost` of them are gone from the first. */
async function setUp(script: Script = {}, lost: readonly string[] = []) {
  const { peer, client } = await startPair(script);
  for (const key of ['a', 'b', 'c', 'd', 'e']) await client.create(key);
  for (const key of lost) peer.nodes['node01']?.delete(key);
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  const run = (...args: string[]) => runCli(['audit', ...args], { env });
  return { peer, env, run, audits: () => peer.seen.filter((one) => one.op === 'audit') };
}

describe('audit', () => {
  test('ends with 0 where the nodes agree with the journal, after all pages', async () => {
    const { run, audits } = await setUp();
    const { code, stdout } = await run();
    expect(stdout).toMatch(/^audit: the nodes agree with the journal, 5 compared, in /);
    expect(code).toBe(0);
    expect(audits().map(({ after }) => after)).toEqual([undefined, 'b', 'd']);
  });

  test('ends with 1 and a table of what differs', async () => {
    const { run } = await setUp({}, ['b', 'e']);
    const { code, stdout } = await run();
    expect(stdout).toMatch(/key +finding +journal +node01 +node02 +repair\n/);
    expect(stdout).toMatch(/b +missing +present +absent +present +create\n/);
    expect(stdout).toMatch(/audit: 2 keys differ \(missing 2\), 5 compared, in /);
    expect(code).toBe(1);
  });

  test('with --json is a line for each finding, then the summary', async () => {
    const { run } = await setUp({}, ['b', 'e']);
    const { stdout, stderr } = await run('--json');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { groupId: 'b', kind: 'missing' },
      { groupId: 'e', kind: 'missing' },
      {
        summary: { op: 'audit', compared: 5, differing: 2, kinds: { missing: 2 }, complete: true },
      },
    ]);
    expect(stderr).toBe('');
  });

  test('of keys in a file asks for these alone', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'keys'), 'a\nb\n\nz\n');
    const { run, audits } = await setUp({}, ['b', 'e']);
    const { stdout } = await run('--keys', join(folder, 'keys'), '--unknown', 'delete');
    expect(stdout).toContain('audit: 1 key differs (missing 1), 3 compared');
    expect(audits()).toMatchObject([{ keys: ['a', 'b', 'z'], unknown: 'delete' }]);
  });

  test('without the journal asks for no word of it, and repairs as the operator says', async () => {
    const { run, audits } = await setUp();
    expect((await run('--no-journal')).stdout).toContain('the nodes agree with each other');
    expect(audits().at(-1)).toMatchObject({ journal: false, unknown: 'leave' });
    await run('--no-journal', '--repair', 'all', '--yes');
    expect(audits().at(-1)).toMatchObject({ journal: false, unknown: 'create' });
    await run('--no-journal', '--repair', 'none', '--yes');
    expect(audits().at(-1)).toMatchObject({ journal: false, unknown: 'delete' });
    await run();
    expect(audits().at(-1)).toMatchObject({ journal: true });
  });

  test.each([
    [['--no-journal', '--repair', '--yes'], '--repair needs all'],
    [['--repair', 'all', '--yes'], '--repair all needs --no-journal'],
    [['--repair', 'some'], 'repair'],
    [['--no-journal', '--unknown', 'create'], '--no-journal cannot be combined with --unknown'],
    [['--no-journal', '--unjournaled'], '--no-journal cannot be combined with'],
  ])('%j is bad usage', async (args, text) => {
    const { run, audits } = await setUp();
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
    expect(audits()).toEqual([]);
  });

  test('looks at busy keys again, and says so if they always are', async () => {
    let busy = 3;
    const { run } = await setUp({
      instead: (request) =>
        request.op === 'audit' && --busy >= 0
          ? { checked: 1, findings: [], busy: ['hot'] }
          : undefined,
    });
    expect((await run()).stdout).toContain('the nodes agree with the journal, 1 compared');
    busy = 1000;
    const { code, stdout } = await run();
    expect(stdout).toContain(
      'audit: no key was compared, 1 key not compared: commands were under way on them',
    );
    expect(code).toBe(1);
  });

  test('says how many keys the journal does not know, and names them if asked', async () => {
    const { run } = await setUp({
      instead: ({ op }) =>
        op === 'audit'
          ? { checked: 3, findings: [], busy: [], unjournaled: ['new', 'newer'] }
          : undefined,
    });
    const { code, stdout } = await run();
    expect(stdout).toMatch(/^audit: the nodes agree with each other, 3 compared, in /);
    expect(stdout).toMatch(/\n2 keys are on all nodes and not known to the journal\n$/);
    expect(code).toBe(0);
    expect((await run('--unjournaled')).stdout).toMatch(/ {2}new\n {2}newer\n$/);
    const lines = (await run('--unjournaled', '--json')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { groupId: 'new', unjournaled: true },
      { groupId: 'newer', unjournaled: true },
      { summary: { differing: 0, unjournaled: 2 } },
    ]);
  });

  test('of nodes without a list says how it compared, and never that nothing agrees', async () => {
    let checked = 2;
    const { run } = await setUp({
      instead: ({ op }) =>
        op === 'audit' ? { checked, findings: [], busy: [], unlisted: ['node01'] } : undefined,
    });
    const some = await run();
    expect(some.stdout).toContain('audit: the nodes agree with the journal, 2 compared');
    expect(some.stdout).toContain(
      "node01 can't list keys: the keys of the journal were read one by one",
    );
    expect(some.code).toBe(0);
    checked = 0;
    const none = await run();
    expect(none.stdout).toContain('audit: no key was compared');
    expect(none.code).toBe(1);
    const json = JSON.parse((await run('--json')).stdout) as object;
    expect(json).toMatchObject({ summary: { compared: 0, unlisted: ['node01'] } });
  });

  test('that ends early says so, and does not repair', async () => {
    let pages = 0;
    const { run, peer } = await setUp(
      {
        instead: ({ op }) =>
          op === 'audit' && ++pages > 1 ? errorReply('internal', 'so it is') : undefined,
      },
      ['b'],
    );
    const { code, stdout, stderr } = await run('--repair', '--yes');
    expect(stdout).toContain('; stopped early: there are more keys');
    expect(stderr).toContain('internal: so it is');
    expect(code).toBe(1);
    expect(peer.seen.some((one) => one.op === 'audit' && one.repair)).toBe(false);
  });

  test('waits while another audit is running, and reports what a node says in place of a list', async () => {
    let refusals = 1;
    const { run } = await setUp({
      instead: ({ op }) => {
        if (op !== 'audit') return undefined;
        if (refusals-- > 0) return errorReply('busy', 'another audit', { retryAfterMs: 10 });
        return errorReply('unavailable', 'node02 could not be listed: 500', { retryAfterMs: 10 });
      },
    });
    const { code, stderr } = await run();
    expect(stderr).toContain('node02 could not be listed: 500');
    expect(code).toBe(1);
  });
});

describe('audit --repair', () => {
  test('with --yes mends what is found, waits for it, and looks again', async () => {
    const { run, peer, audits } = await setUp({}, ['b', 'c', 'e']);
    const { code, stdout } = await run('--repair', '--yes');
    expect(stdout).toContain('audit: 3 keys differ');
    expect(stdout).toContain('repair: 3 keys repaired; now 0 keys differ');
    expect(code).toBe(0);
    expect([...(peer.nodes['node01'] ?? [])].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    const repairs = audits().filter(({ repair }) => repair);
    expect(repairs).toMatchObject([{ keys: ['b', 'c', 'e'], by: expect.stringContaining('@') }]);
  });

  test('says why the first repair failed that did', async () => {
    const finding = { groupId: 'b', kind: 'missing', journal: 'present', nodes: {} } as const;
    const { error } = errorReply('invalid_request', 'record is missing');
    const { run } = await setUp({
      instead: (request) => {
        if (request.op !== 'audit') return undefined;
        const repair = { op: 'create', ...(request.repair ? { error } : {}) } as const;
        return { checked: 1, findings: [{ ...finding, repair }], busy: [] };
      },
    });
    const { code, stdout } = await run('--repair', '--yes');
    expect(stdout).toContain('the repair of b failed: record is missing\n');
    expect(stdout).toContain('repair: 0 keys repaired; now 1 key differs');
    expect(code).toBe(1);
  });

  test('ends with 1 if something could not be mended', async () => {
    const { run } = await setUp(
      { settle: ({ id }) => (id === 'repair-b' ? { state: 'rolled_back' } : {}) },
      ['b', 'c'],
    );
    const { code, stdout } = await run('--repair', '--yes', '--json');
    const lines = stdout.trimEnd().split('\n');
    const ended = lines.map((line) => JSON.parse(line) as object);
    expect(ended).toMatchObject([
      { groupId: 'b', repair: { op: 'create', id: 'repair-b' }, state: 'rolled_back' },
      { groupId: 'c', repair: { id: 'repair-c' }, state: 'committed' },
      { summary: { op: 'audit', differing: 2, repair: { asked: 2, mended: 1, left: 1 } } },
    ]);
    expect(code).toBe(1);
  });

  test('changes nothing where there is no terminal to ask at', async () => {
    const { run, audits } = await setUp({}, ['b']);
    const { code, stderr } = await run('--repair');
    expect(stderr).toContain(
      'audit --repair changes nodes, and there is no terminal to ask at: add --yes to confirm',
    );
    expect(code).toBe(2);
    expect(audits()).toEqual([]);
  });

  test.skipIf(noTerminal !== undefined)(`asks at a terminal ${noTerminal ?? ''}`, async () => {
    const { env, audits } = await setUp({}, ['b']);
    const { code, stdout } = await runCliAtTerminal(['audit', '--repair'], { env, input: 'n\n' });
    expect(stdout).toContain('Repair 1 key (create 1)? [y/N]');
    expect(code).toBe(1);
    expect(audits().some(({ repair }) => repair)).toBe(false);
  });
});

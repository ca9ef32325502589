/** The trail of the operators' acts, with a real daemon: every act, kills, copies, hostile names, deaf subscribers. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Subscriber } from 'zeromq';
import {
  type ActsAnswer,
  type ActsInput,
  type ActView,
  type ErrorReply,
  isError,
  type LockstepClient,
} from '../../src/client/index.ts';
import { connectTo, startCluster } from '../support/cluster.ts';
import type { Daemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const WAITS = { lane: 'bulk', wait: 'accepted', deadlineMs: 3_600_000 } as const;

function cliOf({ dataDir, endpoint }: Daemon) {
  const env = { LOCKSTEP_DATA_DIR: dataDir, LOCKSTEP_ENDPOINT: endpoint };
  return (...args: string[]) => runCli(args, { env });
}

/** Newest first, all pages. */
async function actsOf(client: LockstepClient, filter: Omit<ActsInput, 'op'> = {}) {
  const all: ActView[] = [];
  for (let page: Omit<ActsInput, 'op'> | undefined = { ...filter, limit: 1000 }; page; ) {
    const answer: ActsAnswer | ErrorReply = await client.acts(page);
    if (isError(answer)) throw new Error(answer.error.message);
    all.push(...answer.acts);
    page = answer.next === undefined ? undefined : { ...filter, limit: 1000, cursor: answer.next };
  }
  return all;
}

async function hold(client: LockstepClient, ...ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => client.create(`key ${id}`, { id, ...WAITS })));
}

test('every act through the command line is listed, is an event, and a line in the log', async () => {
  const { client, daemon, sim } = await startCluster({ executors: 1 });
  const cli = cliOf(daemon);
  const heard: string[] = [];
  const events = client.subscribe(['act.']);
  onTestFinished(() => events.close());
  void (async () => {
    for await (const { topic } of events) heard.push(topic);
  })();
  await client.create('lost');
  await cli('pause', 'bulk');
  await hold(client, 'a', 'b', 'c', 'd');
  await cli('retry', 'a');
  await cli('cancel', 'a', 'nobody');
  await cli('abandon', 'b', '--yes');
  await cli('cancel', '--all', '--dry-run');
  await cli('cancel', '--lane', 'bulk', '--yes');
  for (const act of ['open', 'close', 'reset']) await cli('breaker', act, 'node02');
  await cli('breaker', 'open', 'node99');
  await cli('resume');
  await cli('restore', '--resume', '--all', '--yes');
  await cli('restore', '--abandon', 'b', '--yes');
  await sim.reset('node03');
  const repaired = await cli('audit', '--repair', '--yes');
  expect(repaired.stdout).toContain('1 key repaired');
  const acts = await actsOf(client);
  const refused = { outcome: 'refused', error: 'invalid_request' };
  expect(acts.reverse()).toMatchObject([
    { number: 1, act: 'pause', on: 'bulk', outcome: 'done' },
    { act: 'retry', on: 'a', outcome: 'done', results: { accepted: 1 } },
    { act: 'cancel', on: 'a', outcome: 'done', results: { refused: 1 } },
    { act: 'cancel', on: 'nobody', outcome: 'refused', error: 'unknown_command' },
    { act: 'abandon', on: 'b', ...refused },
    {
      act: 'cancel',
      filter: { lane: 'bulk' },
      outcome: 'done',
      matched: 3,
      results: { refused: 3 },
    },
    { act: 'breaker_open', on: 'node02', outcome: 'done' },
    { act: 'breaker_close', on: 'node02', outcome: 'done' },
    { act: 'breaker_reset', on: 'node02', outcome: 'done' },
    { act: 'breaker_open', on: 'node99', ...refused },
    { act: 'resume', outcome: 'done' },
    { act: 'restore_resume', filter: {}, outcome: 'done', matched: 0 },
    { act: 'restore_abandon', on: 'b', ...refused },
    { act: 'repair', outcome: 'done', matched: 1, results: { create: 1 } },
  ]);
  for (const { by, proven, door, act, number } of acts) {
    expect([proven, door]).toEqual([false, 'zeromq']);
    expect(by).toMatch(/^.+@.+ \(unverified\)$/);
    expect(daemon.output).toContain(`operator: ${act} act=${number} `);
  }
  await expect.poll(() => heard, { timeout: 20_000 }).toEqual(acts.map(({ act }) => `act.${act}`));
  const id = expect.stringMatching(/^repair-14-/) as string;
  expect(await client.list({ groupId: 'lost' })).toMatchObject({ commands: [{ id }, {}] });
  const shown = await cli('acts', '--act', 'cancel', '--outcome', 'done');
  expect(shown.stdout).toMatch(/cancel +\{"lane":"bulk"\} .+ zeromq +done, 3 matched, 3 refused\n/);
});

test('P3: whatever a kill leaves, no effect is without its act, and no answer without its end', async () => {
  const { client, daemon } = await startCluster({ executors: 1 });
  const answered = new Set<string>();
  for (let life = 0; life < 5; life++) {
    const other = await connectTo(daemon);
    await other.pause('bulk');
    const ids = Array.from({ length: 200 }, (_, index) => `${life}-${index}`);
    await hold(other, ...ids);
    const asked = ids.map(async (id) => {
      const answer = await other.cancel(id, { by: `ann ${id}`, timeoutMs: 5000 });
      if (!isError(answer)) answered.add(id);
    });
    const opened = other.breaker('node02', 'open', { by: `ann ${life}`, timeoutMs: 5000 });
    const ends = Promise.allSettled([...asked, opened]);
    // Early enough for acts under way, late enough for some that are answered.
    await sleep(life * 25);
    await daemon.kill9();
    other.close();
    await ends;
    await daemon.restart();
    const acts = await actsOf(client);
    const on = new Map(acts.map((act) => [act.on, act]));
    for (const id of ids) {
      const command = await client.status(id);
      if ('state' in command && command.state === 'refused') expect(on.has(id), id).toBe(true);
    }
    for (const id of answered) expect(on.get(id)).toMatchObject({ outcome: 'done' });
    const { breakers } = (await client.breakers()) as { breakers: Record<string, object> };
    const isOpened = acts.some(({ act, by }) => act === 'breaker_open' && by?.includes(`${life}`));
    if ('forced' in (breakers['node02'] ?? {})) expect(isOpened).toBe(true);
    await client.breaker('node02', 'reset');
    await client.operate({ op: 'cancel', filter: {}, limit: 1000 });
  }
  const numbers = (await actsOf(client)).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(answered.size).toBeGreaterThan(0);
});

test('P3: acts are in a copy of the journal, and in the journal made of it', async () => {
  const { client, daemon } = await startCluster({ executors: 1 });
  const cli = cliOf(daemon);
  const copy = join(tempFolder(), 'copy.db');
  await client.pause('bulk', { by: 'ann' });
  expect((await cli('backup', copy)).code).toBe(0);
  await client.resume('bulk', { by: 'bob' });
  await daemon.stop();
  expect((await cli('restore', copy)).code).toBe(0);
  await daemon.restart();
  await client.resume('bulk');
  // The number of the act that the copy does not have is not given again.
  const acts = await actsOf(client);
  expect(acts).toMatchObject([
    { act: 'resume', outcome: 'done' },
    { act: 'journal_restored', outcome: 'done' },
    { number: 1, act: 'pause', outcome: 'done' },
  ]);
  expect(acts[0]?.number).toBeGreaterThan(100_000);
});

test('with a list the names are proven, and a client that may not do it is refused and listed', async () => {
  const { client, daemon } = await startCluster({ executors: 1 });
  const cli = cliOf(daemon);
  await client.pause('bulk', { by: 'ann' });
  const fileOf = (name: string) => join(daemon.dataDir, `${name}.token`);
  for (const [name, role] of [
    ['boss', 'operate'],
    ['look', 'read'],
  ] as const) {
    const added = await cli('keys', 'add', name, '--role', role, '--out', fileOf(name));
    expect(added.code).toBe(0);
  }
  const as = (name: string, ...args: string[]) => cli(...args, '--token-file', fileOf(name));
  await expect
    .poll(async () => (await as('look', 'resume', 'bulk')).stderr, { timeout: 30_000 })
    .toContain('has the role read');
  expect((await as('boss', 'resume', 'bulk')).code).toBe(0);
  const { stdout, code } = await as('look', 'acts', '--json');
  expect(code).toBe(0);
  const { acts } = JSON.parse(stdout) as ActsAnswer;
  expect(acts[0]).toMatchObject({ act: 'resume', by: 'boss', proven: true, outcome: 'done' });
  expect(acts[1]).toMatchObject({ by: 'look', proven: true, error: 'unauthorised' });
  expect(acts.at(-1)).toMatchObject({ act: 'pause', by: 'ann (unverified)', proven: false });
  expect(daemon.output).toContain('by=look door=zeromq outcome=refused error=unauthorised');
});

test('hostile names are refused, or shown without harm', async () => {
  const { client, daemon } = await startCluster({ executors: 1 });
  const cli = cliOf(daemon);
  const refused = { error: { code: 'invalid_request', field: 'by' } };
  for (const by of ['a\nb', '\u001b[31m', 'a'.repeat(201), 'a'.repeat(1_000_000)]) {
    expect(await client.pause('bulk', { by })).toMatchObject(refused);
  }
  await client.pause('bulk', { by: 'ann\u202Egnp.exe\u2066 (verified)' });
  expect(await actsOf(client)).toHaveLength(1);
  const { stdout } = await cli('acts');
  expect(stdout).toContain('ann<U+202E>gnp.exe<U+2066> (verified) (unverified)');
  expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(daemon.output).not.toContain('\u202E');
});

test('P9: 10,000 acts while a subscriber does not read are answered and listed', async () => {
  const { client, daemon } = await startCluster({ executors: 1 });
  const deaf = new Subscriber({ receiveHighWaterMark: 1 });
  onTestFinished(() => deaf.close());
  deaf.connect(daemon.eventsEndpoint);
  deaf.subscribe('act.');
  const ids = Array.from({ length: 10_000 }, (_, index) => `nobody ${index}`);
  const begun = performance.now();
  const answers = await Promise.all(ids.map((id) => client.retry(id)));
  const tookMs = performance.now() - begun;
  expect(answers.every((answer) => isError(answer))).toBe(true);
  const acts = await actsOf(client, { outcome: 'refused' });
  expect(new Set(acts.map(({ on }) => on)).size).toBe(10_000);
  console.log(`10,000 acts in ${Math.round(tookMs)} ms`);
  expect(await client.create('5')).toMatchObject({ state: 'committed' });
});

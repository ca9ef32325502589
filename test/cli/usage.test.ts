import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ALL = [
  'create-one',
  'delete-one',
  'create',
  'delete',
  'stats',
  'status',
  'list',
  'retry',
].concat(['cancel', 'abandon', 'ping', 'doctor', 'audit', 'pause', 'resume']);
/** Nobody is needed to tell that a line is wrong: none of these looks for a daemon. */
const NOWHERE = { env: { LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:1' } };

describe('bad usage ends with 2 and says what to type instead', () => {
  test.each<[line: string, says: RegExp]>([
    ['crate 5', /unknown command "crate"; did you mean create\?/],
    ['explode', /unknown command "explode"; known are create-one, /],
    ['create-one', /an argument is missing: lockstep create-one <key>/],
    ['create-one 5 6', /unexpected argument "6": lockstep create-one <key>/],
    ['create-one 5 --deadlin 3', /unknown option --deadlin; did you mean --deadline\?/],
    ['create-one 5 --frobnicate', /unknown option --frobnicate\n/],
    ['pause foo', /: lane must be one of "interactive", "bulk", not "foo"\n/],
    ['breaker opn n', /: act must be one of .*; did you mean open\?/],
    ['breaker opne', /: act must be one of .*; did you mean open\?/],
    ['completion zhs', /: shell must be one of .*; did you mean zsh\?/],
    ['list --sate', /unknown option --sate; did you mean --state\?/],
    ['cancel --lane blk', /--lane must be one of .*; did you mean bulk\?/],
    ['create-one 5 --lane fast', /--lane must be one of "interactive", "bulk", not "fast"/],
    [
      'create-one 5 --deadline soon',
      /--deadline must be a duration, like 1500ms or 30s: .*, not "soon"/,
    ],
    ['create-one 5 --id a --id b', /--id is given more than once/],
    ['create-one 5 --endpoint', /--endpoint needs a value/],
    ['create-one 5 --timeout 0', /--timeout must be a duration/],
    ['create', /an argument is missing: lockstep create <keys>/],
    ['delete', /an argument is missing: lockstep delete <keys>/],
    ['create 1,2,3', /other keys come from a file or stdin, one a line/],
    ['create 9..0', /the range 9\.\.0 is empty; did you mean 0\.\.9\?/],
    ['create 0...9', /"0\.\.\.9" is not a range; write it like 0\.\.99/],
    ['create 0..99999999999999999999', /beyond 9007199254740991/],
    ['create no-such-file', /cannot read "no-such-file": it is neither a file nor a range/],
    [`create ${tmpdir()}`, /is a directory, not a file of keys/],
    ['create 0..9 --in-flight 0', /--in-flight must be a whole number from 1 to 10000, not "0"/],
    ['create 0..9 --in-flight many', /--in-flight must be a whole number/],
    ['list --limit many', /--limit must be a whole number from 1 to 1000, not "many"/],
    ['list --limit 1001', /--limit must be a whole number from 1 to 1000, not "1001"/],
    ['list --open --state refused', /--open cannot be combined with --state/],
    ['list --older-than yesterday', /--older-than must be a duration/],
    ['list --older-than 3', /--older-than needs a unit: 3ms, 3s, 3m, 3h or 3d, not "3"/],
    ['ping --timeout 500', /--timeout needs a unit: 500ms, /],
    ['backup copy.db --every 6', /--every needs a unit: /],
    ['abandon', /no commands are named: lockstep abandon <ids\.\.>, or a filter, or --all/],
    ['cancel order-17 --stuck', /ids cannot be combined with/],
    [
      'cancel --stuck',
      /cancel with a filter can roll many commands back, and there is no terminal to ask at: add --yes to confirm/,
    ],
    ['audit --rate none', /--rate must be a number above 0, not "none"/],
    ['audit --unknown forget', /--unknown must be one of "leave", "create", "delete"/],
    ['retry --older-than soon', /--older-than must be a duration/],
    ['abandon order-17', /abandon leaves the nodes different for good, .* add --yes to confirm/],
    ['ping --endpoint nonsense', /nonsense is not an address to connect to/],
  ])('%s', async (line, says) => {
    const { code, stdout, stderr } = await runCli(line.split(' '), NOWHERE);
    expect(stderr).toMatch(says);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('with --json it is one document on stdout, too', async () => {
    for (const line of ['list --limit abc', 'frob', 'cancel --all', 'delete']) {
      const { code, stdout, stderr } = await runCli([...line.split(' '), '--json'], NOWHERE);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bad_usage' } });
      expect([code, stderr]).toEqual([2, '']);
    }
  });

  test('no command at all shows the help', async () => {
    const { code, stdout, stderr } = await runCli([], NOWHERE);
    expect(stderr).toContain('lockstep create-one <key>');
    expect([code, stdout]).toEqual([2, '']);
  });

  test('an error that only the daemon can find ends with 2 as well', async () => {
    const peer = await startPeer();
    const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
    const long = await runCli(['create-one', 'x'.repeat(257)], { env });
    expect(long).toMatchObject({ code: 2, stdout: '' });
    expect(long.stderr).toContain('the key is longer than 256 characters');
    const state = await runCli(['list', '--state', 'done'], { env });
    expect(state.code).toBe(2);
    expect(state.stderr).toContain('state is one of accepted');
  });

  test('a file that may not be read is reported', async () => {
    if (process.getuid?.() === 0) return;
    const path = join(folder, 'secret');
    writeFileSync(path, '5\n', { mode: 0 });
    const { code, stderr } = await runCli(['create', path], NOWHERE);
    expect([code, stderr]).toEqual([2, expect.stringContaining('EACCES')]);
  });
});

describe('the help', () => {
  test.each(ALL)('of %s has options, examples and exits 0', async (name) => {
    const { code, stdout, stderr } = await runCli([name, '--help'], NOWHERE);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const word of ['Examples:', '--endpoint', '--timeout', '--json', `lockstep ${name}`]) {
      expect(stdout).toContain(word);
    }
  });

  test('names every command and every exit code', async () => {
    const { code, stdout } = await runCli(['--help'], NOWHERE);
    for (const name of ALL) expect(stdout).toContain(`lockstep ${name}`);
    expect(stdout).toContain(
      '0 done, 1 not done (rolled back, refused), 2 bad usage, 3 daemon unreachable',
    );
    expect(code).toBe(0);
  });

  test('has a version and completion scripts', async () => {
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await runCli(['completion', 'bash'])).stdout).toContain('complete -o default');
    expect((await runCli(['completion', 'zsh'])).stdout).toContain('compdef');
    expect((await runCli(['completion', 'fish'])).stdout).toContain('complete -c lockstep');
    expect((await runCli(['completion', 'tcsh'])).code).toBe(2);
  });
});

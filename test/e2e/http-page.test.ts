/** The page about HTTP and the example for curl, run as they are written against a real daemon. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startCluster, statusOf } from '../support/cluster.ts';
import { tokenOf } from '../support/http-api.ts';
import { shapeFaults } from '../support/protocol-examples.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = join(ROOT, 'examples/curl/send.sh');
/** The first curl with `--json`. */
const CURL_MIN = [7, 82] as const;
const NO_CURL = 'no curl 7.82 or later here';
const execute = promisify(execFile);

function hasCurl(): boolean {
  const { stdout } = spawnSync('curl', ['--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] =
    /^curl (\d+)\.(\d+)/
      .exec(stdout ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  return major > CURL_MIN[0] || (major === CURL_MIN[0] && minor >= CURL_MIN[1]);
}

interface Block {
  readonly script: string;
  readonly shown: unknown;
}

/** Each `sh` block with the `json` block below it. */
function blocksOf(page: string): readonly Block[] {
  const fence = /^```sh\n((?:.*\n)*?)```\n\n```json\n((?:.*\n)*?)```$/gm;
  return [...page.matchAll(fence)].map(([, script = '', json = '']) => ({
    script,
    shown: JSON.parse(json),
  }));
}

test('every curl of docs/http.md is answered in the shape that the page shows', async (ctx) => {
  if (!hasCurl()) return ctx.skip(NO_CURL);
  const { daemon } = await startCluster();
  const blocks = blocksOf(readFileSync(join(ROOT, 'docs/http.md'), 'utf8'));
  expect(blocks.length).toBeGreaterThan(5);
  const script = blocks.map(({ script: one }) => `${one}\nprintf '\\n---\\n'\n`).join('');
  const { stdout } = await execute('sh', ['-euc', script], {
    env: { PATH: process.env['PATH'], url: daemon.opsUrl, token: tokenOf(daemon) },
  });
  const answers = stdout.split('\n---\n').slice(0, -1);
  expect(answers).toHaveLength(blocks.length);
  const faults = blocks.flatMap(({ script: one, shown }, index) =>
    shapeFaults(JSON.parse(answers[index] ?? ''), shown).map((fault) => `${one}${fault}`),
  );
  expect(faults).toEqual([]);
  // The example stands beside this page: its keys and ids are others.
  const curl = readFileSync(join(ROOT, 'examples/curl/README.md'), 'utf8');
  const [, sends = ''] = /^```sh\n(.*?)^```$/ms.exec(curl) ?? [];
  const tokenFile = join(daemon.dataDir, 'ops-token');
  const sent = await execute('sh', ['-euc', sends], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      LOCKSTEP_URL: daemon.opsUrl,
      LOCKSTEP_TOKEN_FILE: tokenFile,
    },
  });
  expect(sent.stdout.match(/"state":"committed"/g)).toHaveLength(2);
});

test('P7: the example for curl sends its command until it is done, over the death of the daemon', async (ctx) => {
  if (!hasCurl()) return ctx.skip(NO_CURL);
  const { daemon, sim, client } = await startCluster({
    executors: 1,
    env: { LOCKSTEP_REQUEST_TIMEOUT_MS: '300', LOCKSTEP_QUIESCE_MS: '600' },
  });
  const send = (...args: readonly string[]) =>
    execute(SCRIPT, args, {
      env: {
        PATH: process.env['PATH'],
        LOCKSTEP_URL: daemon.opsUrl,
        LOCKSTEP_TOKEN_FILE: join(daemon.dataDir, 'ops-token'),
      },
    }).then(
      ({ stdout }) => ({ code: 0, answer: JSON.parse(stdout) as object }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        answer: JSON.parse(error.stdout || error.stderr) as object,
      }),
    );
  const create = JSON.stringify({ op: 'create', groupId: 'curl' });
  await sim.setFaults('node02', { noAnswer: 1, noAnswerEffect: false, on: ['create'] });
  const sent = send(create, 'by-curl');
  await statusOf(client, 'by-curl', { state: 'applying' });
  await daemon.kill9();
  await sim.clearFaults();
  await daemon.restart();
  expect(await sent).toMatchObject({ code: 0, answer: { id: 'by-curl', state: 'committed' } });
  expect(await sim.stats()).toEqual([true, { node01: 1, node02: 1, node03: 1 }]);
  expect(await send(create)).toMatchObject({ code: 1, answer: { reason: 'already_exists' } });
  expect(await send('{"op":"create"}')).toMatchObject({
    code: 2,
    answer: { error: { field: 'groupId' } },
  });
});

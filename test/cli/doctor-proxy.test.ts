/** `lockstep doctor` and what may answer in the place of a node. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { runCli } from '../support/run-cli.ts';

/** What doctor has to say about a node that answers PONG, and 404 with these words to all else. */
async function findingsOn(words: string, dialect: string): Promise<readonly Finding[]> {
  const server = createServer(({ url }, response) => {
    if (url === '/ping') response.end('PONG');
    else response.writeHead(404).end(words);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const env = { LOCKSTEP_NODES: `node01=http://127.0.0.1:${port}/v1`, LOCKSTEP_DIALECT: dialect };
  const { stdout } = await runCli(['doctor', '--json', '--timeout', '5s'], { env });
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  return findings.filter(({ check, level }) => check === 'node node01' && level !== 'ok');
}

test.each([
  ['reliable-ops', '<html>404 Not Found</html>'],
  ['reliable-ops', '{"message": "Not found", "status": 404}'],
  ['challenge', '<html>404 Not Found</html>'],
  ['challenge', ''],
])('P1: %s: a 404 in the place of the node, %j, is no node', async (dialect, words) => {
  expect(await findingsOn(words, dialect)).toMatchObject([
    {
      level: 'fail',
      message: "a read of a missing key was answered 404 without the node's proof",
      hint: expect.stringContaining('proxy'),
    },
  ]);
});

test('P1: challenge: it warns of what would be believed without being the word of a node', async () => {
  expect(await findingsOn('no route', 'challenge')).toMatchObject([
    {
      level: 'warn',
      message: expect.stringContaining('the dialect challenge accepts its answer to a path'),
      hint: expect.stringContaining('503'),
    },
  ]);
});

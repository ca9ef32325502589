/** The examples of the protocol page, sent to a real daemon. */
import { expect, test } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { protocolExamples, shapeFaults } from '../support/protocol-examples.ts';
import { RawSocket } from '../support/raw-socket.ts';

test('every request of docs/protocol.md is answered in the shape of its reply', async () => {
  const { daemon } = await startCluster();
  using socket = new RawSocket(daemon.endpoint);
  const examples = protocolExamples();
  expect(examples.length).toBeGreaterThan(15);
  const faults: string[] = [];
  for (const { line, text, reply } of examples) {
    const { at, ...answer } = (await socket.ask(text)) as { readonly at?: unknown };
    expect(at, `line ${line}`).toEqual(expect.any(Number));
    const found = shapeFaults(answer, reply);
    faults.push(...found.map((fault) => `line ${line}: ${fault} in ${JSON.stringify(answer)}`));
  }
  expect(faults).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { Asking, READ } from './support/asking.ts';
import { startRawNode } from './support/raw-node.ts';

async function nodeThatShows(body: string): Promise<string> {
  const text = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  return (await startRawNode((socket) => socket.write(text))).url;
}

describe('P10: a key whose record can not be read says so, and nothing about its node', () => {
  test.each([
    ['{"groupId":"6"}', '200 {"groupId":"6"}'],
    ['a text of somebody else', '200 a text of somebody else'],
    [
      JSON.stringify({ groupId: '5', more: 'x'.repeat(64 * 1024) }),
      'an answer of more than 65536 bytes: see limits.answerBytes of the dialect or node',
    ],
  ])('%.30s', async (body, detail) => {
    const asked = new Asking(await nodeThatShows(body)).ask(READ);
    expect(await asked.answer).toEqual({ kind: 'malformed', detail });
    expect((await asked.seen).health).toBe('none');
  });

  test('a node’s own limit is stronger than that of its dialect', async () => {
    const url = await nodeThatShows(JSON.stringify({ groupId: '5', more: 'x'.repeat(3000) }));
    const dialect = { ...reliableOps, limits: { answerBytes: 2048 } };
    expect((await new Asking(url, { dialect }).answerTo(READ)).kind).toBe('malformed');
    const larger = new Asking(url, { dialect, answerBytes: 4096 });
    expect((await larger.answerTo(READ)).kind).toBe('present');
  });

  test('a create whose answer is too large is in doubt: the node is to blame', async () => {
    const asked = new Asking(await nodeThatShows('x'.repeat(64 * 1024 + 1))).ask();
    expect(await asked.answer).toEqual({
      kind: 'lost',
      detail: 'an answer of more than 65536 bytes',
    });
    expect((await asked.seen).health).toBe('bad');
  });

  test("a page in the place of a record is a proxy's, and counts against the node", async () => {
    const asked = new Asking(await nodeThatShows('<html>Welcome</html>')).ask(READ);
    expect((await asked.answer).kind).toBe('unreadable');
    expect((await asked.seen).health).toBe('bad');
  });
});

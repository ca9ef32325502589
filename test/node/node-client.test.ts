import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { countOf } from '../../src/base/measure/distribution.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { Asking, CREATE, DELETE, eventually, READ } from './support/asking.ts';
import { answer, created, startRawNode } from './support/raw-node.ts';
import { startStoppedListener } from './support/stopped-listener.ts';

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Time for written bytes to arrive, in event-loop turns. */
async function afterTurns(turns: number, act: () => void): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  act();
}

describe('the requests', () => {
  test('in reliable-ops, to the byte', async () => {
    const node = await startRawNode(created);
    const asking = new Asking(`${node.url}/`);
    await asking.answerTo(CREATE);
    await asking.answerTo(DELETE);
    await asking.answerTo({ kind: 'delete' });
    await asking.answerTo(READ, 'a b/ü');
    const host = `host: ${new URL(node.url).host}`;
    const common = [host, 'connection: keep-alive', 'node: node01'];
    const json = ['content-type: application/json', 'content-length: 15', '', ''];
    const mark = 'timestamp: 1700000000.000001';
    expect(node.requests.map(({ head, body }) => [head.split('\r\n'), body])).toEqual([
      [['POST /v1/group HTTP/1.1', ...common, mark, ...json], '{"groupId":"5"}'],
      [['DELETE /v1/group HTTP/1.1', ...common, mark, ...json], '{"groupId":"5"}'],
      [['DELETE /v1/group HTTP/1.1', ...common, ...json], '{"groupId":"5"}'],
      [['GET /v1/group/a%20b%2F%C3%BC HTTP/1.1', ...common, '', ''], ''],
    ]);
  });

  test('in challenge, to the byte: no owner mark, no node header, a slash at the end', async () => {
    const node = await startRawNode(created);
    const asking = new Asking(node.url.replace('/v1', ''), { dialect: challenge });
    await asking.answerTo(CREATE);
    await asking.answerTo({ kind: 'delete' });
    await asking.answerTo(READ);
    const common = [`host: ${new URL(node.url).host}`, 'connection: keep-alive'];
    const json = ['content-type: application/json', 'content-length: 15', '', ''];
    expect(node.requests.map(({ head, body }) => [head.split('\r\n'), body])).toEqual([
      [['POST /group/ HTTP/1.1', ...common, ...json], '{"groupId":"5"}'],
      [['DELETE /group/ HTTP/1.1', ...common, ...json], '{"groupId":"5"}'],
      [['GET /group/5/ HTTP/1.1', ...common, '', ''], ''],
    ]);
  });

  test('a restored record is sent as the survey found it', async () => {
    const node = await startRawNode(created);
    const body = '{ "groupId": "5", "more": [1, 2] }';
    await new Asking(node.url).answerTo({ kind: 'create', token: '1.5', body });
    expect(node.requests[0]?.body).toBe(body);
  });
});

describe('answers that came in whole', () => {
  test('201 to a create is applied, 200 to a delete too, a read shows the record', async () => {
    const node = await startRawNode((socket, { line }) => {
      if (line.startsWith('POST')) socket.write(answer('201 Created', 'CREATED'));
      else if (line.startsWith('DELETE')) socket.write(answer('200 OK', 'DELETED'));
      else socket.write(answer('200 OK', '{"groupId": "5", "timestamp": 1.5}'));
    });
    const asking = new Asking(node.url);
    expect(await asking.answerTo(CREATE)).toEqual({ kind: 'applied', detail: '201 CREATED' });
    expect(await asking.answerTo(DELETE)).toEqual({ kind: 'applied', detail: '200 DELETED' });
    expect(await asking.answerTo(READ)).toMatchObject({ kind: 'present', token: '1.5' });
  });

  test('Retry-After is passed on, and of two the first', async () => {
    const replies = [
      ['retry-after: 3'],
      ['retry-after: 4', 'retry-after: 9'],
      ['retry-after: soon'],
    ];
    const node = await startRawNode((socket) => {
      socket.write(answer('503 Service Unavailable', 'later', replies.shift()));
    });
    const asking = new Asking(node.url);
    const detail = '503 later';
    expect(await asking.answerTo()).toEqual({ kind: 'unsure', detail: detail, retryAfterMs: 3000 });
    expect(await asking.answerTo()).toEqual({ kind: 'unsure', detail: detail, retryAfterMs: 4000 });
    expect(await asking.answerTo()).toEqual({ kind: 'unsure', detail: detail });
  });

  test('early hints are no answer; the answer after them is', async () => {
    const node = await startRawNode((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
      socket.write(answer('201 Created', 'CREATED'));
    });
    expect(await new Asking(node.url).answerTo()).toMatchObject({ kind: 'applied' });
  });

  test('an answer in many small pieces is one answer', async () => {
    const node = await startRawNode((socket) => {
      const bytes = answer('200 OK', '{"groupId":"5"}');
      let at = 0;
      const step = () => {
        if (at === bytes.length) return;
        socket.write(bytes[at++] ?? '');
        setImmediate(step);
      };
      step();
    });
    expect(await new Asking(node.url).answerTo(READ)).toMatchObject({ kind: 'present' });
  });

  test('a body that ends with its connection is whole when that is closed in order', async () => {
    const node = await startRawNode((socket) => socket.end('HTTP/1.0 201 Created\r\n\r\nCREATED'));
    expect(await new Asking(node.url).answerTo()).toMatchObject({ kind: 'applied' });
  });
});

describe('P4.2: a request of which nothing was written is unsent', () => {
  test('a refused connection', async () => {
    const asking = new Asking(`http://127.0.0.1:${await closedPort()}`);
    const detail = expect.stringContaining('ECONNREFUSED');
    expect(await asking.answerTo()).toEqual({ kind: 'unsent', detail: detail });
  });

  test('a name that is not known', async () => {
    const asking = new Asking('http://nodes.invalid:7401/v1');
    expect(await asking.answerTo()).toMatchObject({ kind: 'unsent' });
  });

  test('a connection that does not come about in time', async () => {
    const url = await startStoppedListener();
    const asking = new Asking(url, { connectTimeoutMs: 200 });
    const detail = `no connection to ${new URL(url).host} within 200 ms`;
    expect(await asking.answerTo()).toEqual({ kind: 'unsent', detail: detail });
  });

  test('a request that times out before its connection is made', async () => {
    const url = await startStoppedListener();
    const asking = new Asking(url, { connectTimeoutMs: 10_000, requestTimeoutMs: 200 });
    expect(await asking.answerTo()).toEqual({ kind: 'unsent', detail: 'no answer within 200 ms' });
  });
});

describe('P4.2: a request that may have been read and was not answered is lost', () => {
  const BROKEN = {
    'reset before the request was read': undefined,
    'reset after the request was read': '',
    'closed without an answer': undefined,
    'a truncated body': 'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nCREA',
    'a truncated chunked body':
      'HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n5\r\nCRE',
    'truncated headers': 'HTTP/1.1 201 Created\r\ncontent-le',
    'no HTTP at all': 'hello\r\n\r\n',
    'a body longer than it says, with two lengths':
      'HTTP/1.1 201 Created\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    'a change of protocol':
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'an unasked-for 100': 'HTTP/1.1 100 Continue\r\n\r\n',
  } as const;

  test.each(Object.entries(BROKEN))('%s', async (how, bytes) => {
    const node = await startRawNode(
      (socket) => {
        if (how === 'closed without an answer') socket.end();
        else if (bytes === '') socket.resetAndDestroy();
        else if (bytes !== undefined) socket.end(bytes);
      },
      {
        onConnection: (socket) => {
          if (how !== 'reset before the request was read') return;
          socket.pause();
          void afterTurns(50, () => socket.resetAndDestroy());
        },
      },
    );
    const asking = new Asking(node.url);
    expect(await asking.answerTo()).toMatchObject({ kind: 'lost' });
    expect(node.connections).toHaveLength(1);
  });

  test('a reset in the middle of a body', async () => {
    const node = await startRawNode((socket) => {
      socket.write('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nCREA', () =>
        setImmediate(() => socket.resetAndDestroy()),
      );
    });
    expect(await new Asking(node.url).answerTo()).toMatchObject({ kind: 'lost' });
  });

  test('P9: a body larger than any answer of a node: the connection is reset in the middle', async () => {
    const node = await startRawNode((socket) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      socket.write(`HTTP/1.1 201 Created\r\ncontent-length: ${2 ** 30}\r\n\r\n`);
      const more = () => socket.destroyed || socket.write(chunk, more);
      more();
    });
    const detail = expect.stringContaining('65536 bytes');
    expect(await new Asking(node.url).answerTo()).toEqual({ kind: 'lost', detail: detail });
    await eventually(() => node.connections[0]?.over);
    expect(node.connections[0]?.socket.bytesWritten).toBeLessThan(2 ** 26);
  });

  test('no answer in time: the connection is reset, not closed', async () => {
    const node = await startRawNode(() => {});
    const asking = new Asking(node.url, { requestTimeoutMs: 100 });
    const detail = 'no answer within 100 ms';
    expect(await asking.answerTo()).toEqual({ kind: 'lost', detail: detail });
    await eventually(() => node.connections[0]?.over);
    expect(node.connections[0]?.over).toBe('ECONNRESET');
  });

  test('a body that does not come to its end in time: the same', async () => {
    const node = await startRawNode((socket) => {
      socket.write('HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\nCREAT');
    });
    const asking = new Asking(node.url, { requestTimeoutMs: 100 });
    expect(await asking.answerTo()).toMatchObject({ kind: 'lost' });
    await eventually(() => node.connections[0]?.over);
    expect(node.connections[0]?.over).toBe('ECONNRESET');
  });

  test('bytes that had not left when it was given up never arrive', async () => {
    const node = await startRawNode(() => {}, { onConnection: (socket) => socket.pause() });
    // A busy machine needs half a second to count and copy so much.
    const asking = new Asking(node.url, { requestTimeoutMs: 2000 });
    const body = 'x'.repeat(16 * 1024 * 1024);
    const answered = await asking.answerTo({ kind: 'create', token: '1.5', body });
    expect(answered).toMatchObject({ kind: 'lost' });
    const [connection] = node.connections;
    connection?.socket.resume();
    await eventually(() => connection?.over);
    // A plain close delivers what the kernel had taken: 2.5 MiB more here.
    expect(connection?.bytes).toBeLessThan(2 * 1024 * 1024);
    expect(node.requests).toEqual([]);
  });
});

test('a report counts the exchanges by how they ended, and keeps the latest failure', async () => {
  const replies = [
    answer('201 Created', 'CREATED'),
    answer('500 Oops', 'no'),
    answer('400 Bad', 'exists'),
  ];
  const node = await startRawNode((socket) => socket.write(replies.shift() ?? ''));
  const asking = new Asking(node.url);
  expect(asking.client.report()).toMatchObject({ calls: 0, answers: {}, running: 0 });
  for (let count = 0; count < 3; count++) await asking.answerTo();
  expect(asking.client.report()).toMatchObject({
    calls: 3,
    answers: { applied: 1, unsure: 1, perhaps: 1 },
    lastFailure: 'create: 500 no',
  });
  expect(countOf(asking.client.report().durations)).toBe(3);
});

test('P9: a report tells how many calls run, and how many may', async () => {
  const sockets: Socket[] = [];
  const node = await startRawNode((socket) => sockets.push(socket));
  const asking = new Asking(node.url);
  expect(asking.client.report()).toMatchObject({ running: 0, runningMax: 8 });
  const answers = [asking.answerTo(), asking.answerTo()];
  await eventually(() => (sockets.length === 2 ? true : undefined));
  expect(asking.client.report()).toMatchObject({ running: 2, runningMax: 8 });
  for (const socket of sockets) socket.write(answer('201 Created', 'CREATED'));
  await Promise.all(answers);
  expect(asking.client.report()).toMatchObject({ running: 0, runningMax: 8 });
});

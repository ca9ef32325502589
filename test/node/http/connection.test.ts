import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/asking.ts';
import { ask, Carrier, connectionTo, get } from '../support/carrier.ts';
import { answer, type Script, startRawNode } from '../support/raw-node.ts';

/** Answers with the number of the connection. */
const echo: Script = (socket, { line }, connection) => {
  socket.write(answer('200 OK', `${line.split(' ')[1]} over ${connection}`));
};

describe('one exchange after another', () => {
  test('goes over one connection, and each hears its own answer', async () => {
    const node = await startRawNode(echo);
    const connection = connectionTo(node.url);
    for (const path of ['/1', '/2', '/3']) {
      expect(await ask(connection, path)).toEqual(['sent', `200 ${path} over 0`]);
    }
    expect(node.connections).toHaveLength(1);
  });

  test('the next one may be handed over with the answer', async () => {
    const node = await startRawNode(echo);
    const connection = connectionTo(node.url);
    const last = new Carrier();
    const first = new Carrier();
    first.onAnswer = () => connection.carry(get('/last'), last);
    connection.carry(get('/first'), first);
    expect(await last.over).toEqual(['sent', '200 /last over 0']);
  });

  test('or with the loss, over a new connection', async () => {
    const node = await startRawNode((socket, request, connection) => {
      if (connection === 0) socket.resetAndDestroy();
      else echo(socket, request, connection);
    });
    const connection = connectionTo(node.url);
    const last = new Carrier();
    const first = new Carrier();
    first.onLost = () => connection.carry(get('/last'), last);
    connection.carry(get('/first'), first);
    expect(await last.over).toEqual(['sent', '200 /last over 1']);
    expect(first.heard).toEqual(['sent']);
  });

  test('over one that was closed for good: unsent', async () => {
    const node = await startRawNode(echo);
    const connection = connectionTo(node.url);
    await ask(connection);
    connection.close();
    expect(await ask(connection)).toEqual(['lost: the connection was closed']);
    expect(node.requests).toHaveLength(1);
  });
});

describe('connections that are not used again', () => {
  test('P1: after bytes that no request asked for, between two exchanges', async () => {
    const node = await startRawNode(echo);
    const connection = connectionTo(node.url);
    expect(await ask(connection, '/1')).toEqual(['sent', '200 /1 over 0']);
    node.connections[0]?.socket.write(answer('201 Created', 'of nobody'));
    await eventually(() => node.connections[0]?.over);
    expect(node.connections[0]?.over).toBe('end');
    expect(await ask(connection, '/2')).toEqual(['sent', '200 /2 over 1']);
  });

  test.each([
    ['bytes that nobody asked for', (socket: Socket) => socket.write(answer('201 Created', 'x'))],
    ['a close', (socket: Socket) => socket.end()],
    ['a reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('P1, P2: after unread %s: the next is sent over a new one', async (_, act) => {
    const node = await startRawNode(echo);
    const connection = connectionTo(node.url);
    await ask(connection, '/1');
    await new Promise(setImmediate);
    // In one event-loop turn: the kernel has it, and it is not read yet.
    if (node.connections[0] !== undefined) act(node.connections[0].socket);
    expect(await ask(connection, '/2')).toEqual(['sent', '200 /2 over 1']);
    expect(node.requests.map(({ line }) => line.split(' ')[1])).toEqual(['/1', '/2']);
  });

  test('P1: after an answer with more behind it, which is believed', async () => {
    const node = await startRawNode((socket, _, connection) => {
      const more = connection === 0 ? answer('201 Created', 'of nobody') : '';
      socket.write(answer('200 OK', `over ${connection}`) + more);
    });
    const connection = connectionTo(node.url);
    expect(await ask(connection)).toEqual(['sent', '200 over 0']);
    expect(await ask(connection)).toEqual(['sent', '200 over 1']);
    await eventually(() => node.connections[0]?.over);
    expect(await ask(connection)).toEqual(['sent', '200 over 1']);
  });

  test('P1: after an exchange that was given up, whose answer is there already', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
    const node = await startRawNode((socket, request, connection) => {
      if (connection === 0) arrive(() => echo(socket, request, connection));
      else echo(socket, request, connection);
    });
    const connection = connectionTo(node.url);
    const first = new Carrier();
    connection.carry(get('/first'), first);
    const answerIt = await arrived;
    // In one event-loop turn: the kernel has the answer, and it is not read yet.
    answerIt();
    connection.abandon(first);
    expect(await ask(connection, '/next')).toEqual(['sent', '200 /next over 1']);
    expect(first.heard).toEqual(['sent']);
    await eventually(() => node.connections[0]?.over);
    expect(node.connections[0]?.over).toBe('ECONNRESET');
  });

  test('P1: after one that was given up in the middle of its answer', async () => {
    const node = await startRawNode((socket, request, connection) => {
      if (connection === 0) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nof');
      else echo(socket, request, connection);
    });
    const connection = connectionTo(node.url);
    const first = new Carrier();
    connection.carry(get('/first'), first);
    await eventually(() => node.requests.length);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    connection.abandon(first);
    expect(await ask(connection, '/next')).toEqual(['sent', '200 /next over 1']);
  });

  test('P1: after an answer that came before its request was wholly sent', async () => {
    const node = await startRawNode(echo, {
      onConnection: (socket, index) => {
        if (index > 0) return;
        socket.once('data', () => socket.pause().write(answer('413 Too Large', 'early')));
      },
    });
    const connection = connectionTo(node.url);
    const first = new Carrier();
    const size = 16 * 1024 * 1024;
    const head = `POST / HTTP/1.1\r\nhost: node\r\ncontent-length: ${size}\r\n\r\n`;
    connection.carry(head + 'x'.repeat(size), first);
    expect(await first.over).toEqual(['sent', '413 early']);
    expect(await ask(connection, '/next')).toEqual(['sent', '200 /next over 1']);
    expect(node.requests).toHaveLength(1);
  });

  test('another exchange is not given up with one that is over', async () => {
    const node = await startRawNode(echo);
    const connection = connectionTo(node.url);
    const first = new Carrier();
    connection.carry(get('/first'), first);
    await first.over;
    const next = new Carrier();
    connection.carry(get('/next'), next);
    connection.abandon(first);
    expect(await next.over).toEqual(['sent', '200 /next over 0']);
  });
});

describe('idle connections', () => {
  test('are closed a second before the node would, and not while an exchange takes longer', async () => {
    const node = await startRawNode((socket, { line }) => {
      const act = () => socket.write(answer('200 OK', '', ['keep-alive: timeout=2']));
      if (line.includes('slow')) setTimeout(act, 1200);
      else act();
    });
    const connection = connectionTo(node.url);
    await ask(connection);
    const askedAt = performance.now();
    expect(await ask(connection, '/slow')).toEqual(['sent', '200 ']);
    expect(performance.now() - askedAt).toBeGreaterThan(1100);
    expect(await ask(connection)).toEqual(['sent', '200 ']);
    expect(node.connections).toHaveLength(1);
    const idleAt = performance.now();
    await eventually(() => node.connections[0]?.over);
    expect(performance.now() - idleAt).toBeGreaterThan(900);
    expect(node.connections[0]?.over).toBe('end');
    expect(await ask(connection)).toEqual(['sent', '200 ']);
    expect(node.connections).toHaveLength(2);
  });
});

describe('nodes that speak HTTP/1.0', () => {
  test('are asked over a new connection each time', async () => {
    const node = await startRawNode((socket) => {
      socket.write('HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nold');
    });
    const connection = connectionTo(node.url);
    for (let count = 0; count < 3; count++) {
      expect(await ask(connection)).toEqual(['sent', '200 old']);
      await eventually(() => node.connections[count]?.over);
      expect(node.connections[count]?.over).toBe('end');
    }
  });

  test('or over the same one, if they say so', async () => {
    const node = await startRawNode((socket) => {
      socket.write('HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\ncontent-length: 3\r\n\r\nold');
    });
    const connection = connectionTo(node.url);
    for (let count = 0; count < 3; count++) {
      expect(await ask(connection)).toEqual(['sent', '200 old']);
    }
    expect(node.connections).toHaveLength(1);
  });

  test('may end a body with the connection', async () => {
    const node = await startRawNode((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nold'));
    const connection = connectionTo(node.url);
    expect(await ask(connection)).toEqual(['sent', '200 old']);
    expect(await ask(connection)).toEqual(['sent', '200 old']);
  });

  test('P1: but a reset does not end one', async () => {
    const node = await startRawNode((socket) => {
      socket.write('HTTP/1.0 200 OK\r\n\r\nol', () => setImmediate(() => socket.resetAndDestroy()));
    });
    const heard = await ask(connectionTo(node.url));
    expect(heard).toEqual(['sent', expect.stringMatching(/^lost: .*ECONNRESET/)]);
  });
});

test('P4.2: a node that speaks first is not believed', async () => {
  const node = await startRawNode(() => {}, {
    onConnection: (socket) => socket.write('220 ready\r\n\r\n'),
  });
  expect(await ask(connectionTo(node.url))).toEqual(['sent', 'lost: the answer is not HTTP/1.1']);
});

/** The proxy acts on connections as the chaos run expects. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { TcpProxy } from './proxy.ts';

/** Answers `got TEXT` to the text that it reads. */
class Node {
  readonly port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  read = '';

  constructor(port: number) {
    this.port = port;
  }

  async listen(): Promise<void> {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        this.read += String(bytes);
        socket.write(`got ${String(bytes)}`);
      });
    }).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function scene(ageMsMax?: number) {
  const [listen = 0, port = 0] = await freePorts(2);
  const node = new Node(port);
  await node.listen();
  onTestFinished(() => node.close());
  const proxy = await TcpProxy.open({ listen, node: port }, ageMsMax);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return { node, proxy, client: await clientOf(listen), listen };
}

async function clientOf(port: number) {
  const socket = connect(port, '127.0.0.1');
  const seen = { socket, read: '', error: '', ended: false };
  socket.on('data', (bytes) => {
    seen.read += String(bytes);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    seen.error = error.code ?? '';
  });
  socket.on('end', () => {
    seen.ended = true;
  });
  onTestFinished(() => {
    socket.destroy();
  });
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
  return seen;
}

test('bytes arrive in both directions', async () => {
  const { node, client } = await scene();
  client.socket.write('a');
  await vi.waitUntil(() => client.read === 'got a');
  expect(node.read).toBe('a');
});

test('P4.2: a request that is held lands when it is let go, long after its sender gave up', async () => {
  const { node, proxy, client } = await scene();
  proxy.hold('requests');
  client.socket.write('late');
  const passed = new Promise<void>((resolve) => proxy.onRequest(resolve));
  await passed;
  client.socket.resetAndDestroy();
  await vi.waitUntil(() => proxy.clients === 0);
  expect(node.read).toBe('');
  proxy.release();
  await vi.waitUntil(() => node.read === 'late');
  expect(proxy.late).toBe(1);
});

test('an answer that is held comes when it is let go, and the request is done before', async () => {
  const { node, proxy, client } = await scene();
  proxy.hold('answers');
  client.socket.write('a');
  await vi.waitUntil(() => node.read === 'a');
  expect(client.read).toBe('');
  proxy.release();
  await vi.waitUntil(() => client.read === 'got a');
});

test('bytes that were held for too long never land', async () => {
  const { node, proxy, client } = await scene(20);
  proxy.hold('requests');
  const begunMs = performance.now();
  client.socket.write('old');
  await vi.waitUntil(() => performance.now() - begunMs > 100);
  proxy.release();
  await vi.waitUntil(() => client.socket.closed);
  expect([node.read, proxy.dropped]).toEqual(['', 1]);
});

test('a delay is kept, and so is the order', async () => {
  const { proxy, client } = await scene();
  proxy.delay(100);
  const begunMs = performance.now();
  client.socket.write('a');
  client.socket.write('b');
  await vi.waitUntil(() => client.read.endsWith('b'));
  expect(client.read.replaceAll('got ', '')).toBe('ab');
  expect(performance.now() - begunMs).toBeGreaterThan(190);
});

test('connections are cut, with a reset or without', async () => {
  const { proxy, client, listen } = await scene();
  await vi.waitUntil(() => client.socket.readyState === 'open');
  client.socket.write('a');
  await vi.waitUntil(() => client.read === 'got a');
  proxy.cut('reset');
  await vi.waitUntil(() => client.error === 'ECONNRESET');
  const second = await clientOf(listen);
  second.socket.write('b');
  await vi.waitUntil(() => second.read === 'got b');
  proxy.cut('close');
  await vi.waitUntil(() => second.ended);
  expect(second.error).toBe('');
});

test('no connection gets through while it refuses, or while the node does', async () => {
  const { node, proxy, client, listen } = await scene();
  client.socket.write('a');
  await vi.waitUntil(() => client.read === 'got a');
  const connects = async (): Promise<boolean> => {
    const { socket, error } = await clientOf(listen);
    socket.write('x');
    await vi.waitUntil(() => socket.closed || socket.bytesRead > 0);
    const got = socket.bytesRead > 0;
    socket.destroy();
    return got && error === '';
  };
  proxy.refuse();
  expect(await connects()).toBe(false);
  proxy.accept();
  await vi.waitUntil(connects);
  node.close();
  await vi.waitUntil(async () => (await clientOf(listen)).error === 'ECONNREFUSED');
  await node.listen();
  await vi.waitUntil(connects);
});

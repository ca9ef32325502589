/** Events below HTTP that must not count as an answer. Each one did once. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Certificate, certificate, trust } from '../../support/certificate.ts';
import { Asking, CREATE } from '../support/asking.ts';
import { answer, type Script, startRawNode } from '../support/raw-node.ts';

const WITHOUT = 'openssl is not installed';

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Speaks TLS once, to answer until it closes; later connections it closes in the handshake. */
async function startDying(pair: Certificate): Promise<string> {
  let connections = 0;
  const port = await listen(
    createServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (connections++ > 0) return void socket.once('data', () => socket.end());
      const secureContext = createSecureContext(pair);
      const tls = new TLSSocket(socket, { isServer: true, secureContext });
      tls.once('data', () => tls.end('HTTP/1.1 201 Created\r\n\r\nCREATED'));
    }),
  );
  return `https://127.0.0.1:${port}/v1`;
}

/** Forwards to this port, but joins the answers of one event-loop turn. */
async function startJoining(port: number): Promise<number> {
  return listen(
    createServer((near) => {
      const far = connect(port, '127.0.0.1');
      const both: readonly Socket[] = [near, far];
      for (const socket of both) {
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          for (const one of both) one.destroy();
        });
      }
      near.pipe(far);
      let gathered: Buffer[] = [];
      far.on('data', (bytes) => {
        if (gathered.push(bytes) > 1) return;
        setTimeout(() => {
          near.write(Buffer.concat(gathered));
          gathered = [];
        }, 50);
      });
    }),
  );
}

describe('below HTTP, over TLS', () => {
  test('P1: a connection closed in its handshake has no answer, least of all the one before', async (ctx) => {
    const pair = certificate('IP:127.0.0.1');
    if (pair === undefined) return ctx.skip(WITHOUT);
    trust(pair);
    const asking = new Asking(await startDying(pair), { connections: 1 });
    expect(await asking.answerTo()).toEqual({ kind: 'applied', detail: '201 CREATED' });
    expect(await asking.answerTo()).toMatchObject({ kind: 'unsent' });
  });

  test("P1: an answer no request asked for, in one packet with one, is not the next one's", async (ctx) => {
    const pair = certificate('IP:127.0.0.1');
    if (pair === undefined) return ctx.skip(WITHOUT);
    trust(pair);
    const script: Script = (socket, { body }) => {
      if (!body.includes('first')) return void socket.write(answer('503 Busy', body));
      socket.write(answer('201 Created', 'CREATED'));
      return void socket.write(answer('201 Created', 'of nobody'));
    };
    const node = await startRawNode(script, { tls: pair });
    const port = await startJoining(Number(new URL(node.url).port));
    const asking = new Asking(`https://127.0.0.1:${port}/v1`, { connections: 1 });
    const asked = ['first', 'second', 'third'].map((groupId) => {
      const create = { ...CREATE, body: JSON.stringify({ groupId }) };
      return asking.answerTo(create, groupId);
    });
    expect(await Promise.all(asked)).toEqual([
      { kind: 'applied', detail: '201 CREATED' },
      { kind: 'unsure', detail: '503 {"groupId":"second"}' },
      { kind: 'unsure', detail: '503 {"groupId":"third"}' },
    ]);
  });
});

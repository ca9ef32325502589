/** Attacks on the operators' port. */
import { request } from 'node:http';
import { pause } from '../../chaos/until.ts';
import { type Attack, heldOpen, many, rawConnection } from '../attack.ts';

export const OPS: readonly Attack[] = [
  {
    name: 'half HTTP requests',
    what: '200 connections that send one byte a second of a head',
    pauseMs: 100,
    strike: async ({ opsUrl, over }) => {
      const sockets = many(200, () => {
        const socket = rawConnection(opsUrl);
        socket.write('GET /healthz HTTP/1.1\r\n');
        return socket;
      });
      const dripping = setInterval(() => {
        for (const socket of sockets) if (socket.writable) socket.write('x');
      }, 1000);
      await heldOpen(sockets, 10_000, over);
      clearInterval(dripping);
    },
  },
  {
    name: 'packets of requests',
    what: '20 connections that send 2,000 requests for the metrics at once',
    pauseMs: 1000,
    strike: async ({ opsUrl, over }) => {
      const packet = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2000);
      const sockets = many(20, () => {
        const socket = rawConnection(opsUrl);
        socket.write(packet);
        return socket;
      });
      await heldOpen(sockets, 1000, over);
    },
  },
  {
    name: 'a foreign Host',
    what: '20 requests of a web page that has rebound its name',
    pauseMs: 500,
    strike: async ({ opsUrl, over }) => {
      for (const path of ['/metrics', '/v1/status', '/', '/healthz', '/../../etc/passwd']) {
        for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
          await asked(new URL(opsUrl), { method, path });
          if (over.aborted) return;
        }
      }
      await pause(10, over);
    },
  },
];

function asked({ hostname, port }: URL, { method = 'GET', path = '/' }): Promise<void> {
  const headers = { host: 'evil.example.com', origin: 'https://evil.example.com' };
  return new Promise((resolve) => {
    const call = request({ hostname, port, method, path, headers, timeout: 2000 }, (answer) => {
      answer.resume().once('close', resolve);
    });
    call.once('error', () => resolve());
    call.once('timeout', () => call.destroy());
    call.end();
  });
}

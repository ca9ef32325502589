/**
 * A node of the dialect `challenge` at the address argv[2]. It prints each request that it reads,
 * and the status of its answer. After `hold` it answers no read until `release`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

const keys = new Set<string>();
let held: (() => void)[] | undefined;

function answer(method: string, key: string): number {
  if (method === 'POST') return keys.add(key) && 201;
  if (method === 'DELETE') return keys.delete(key) ? 200 : 404;
  return keys.has(key) ? 200 : 404;
}

const server = createServer((request, response) => {
  const { method = '', url = '' } = request;
  let body = '';
  request.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    const inPath = /\/group\/([^/]+)\/$/.exec(url)?.[1];
    const key = inPath ?? (JSON.parse(body) as { groupId: string }).groupId;
    const act = () => {
      const status = answer(method, key);
      console.log(`${method} ${key}: ${status}`);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(status === 404 ? { detail: `no group ${key}` } : { groupId: key }),
      );
    };
    if (method !== 'GET' || held === undefined) return act();
    console.log(`${method} ${key}: held`);
    return held.push(act);
  });
});
server.keepAliveTimeout = 75_000;
server.listen(0, process.argv[2], () => console.log((server.address() as AddressInfo).port));
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const waiting = held ?? [];
    held = line === 'hold' ? [] : undefined;
    for (const act of waiting) act();
  })
  .on('close', () => process.exit());

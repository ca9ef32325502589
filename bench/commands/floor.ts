/**
 * The floor: one thread that makes the three creates of each command at once, by the daemon's own
 * node client. Nothing is durable, nobody asks for it over a socket, nothing is decided.
 *
 *   floor.ts NODES   (JSON: [{ "name", "url" }])
 */
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { NodeClient } from '../../src/node/node-client.ts';
import { serveLoads } from './contender.ts';

/** The daemon's defaults. */
const TIMEOUT_MS = 5000;
const CONNECTIONS = 128;

const nodes = JSON.parse(process.argv[2] ?? '[]') as { name: string; url: string }[];
const clients = nodes.map(
  (node) =>
    new NodeClient({
      ...node,
      dialect: reliableOps,
      requestTimeoutMs: TIMEOUT_MS,
      connectTimeoutMs: TIMEOUT_MS,
      connections: CONNECTIONS,
      wallNow: Date.now,
    }),
);

let lastToken = Date.now() * 1000;

serveLoads('floor', (groupId, done) => {
  const token = (++lastToken / 1_000_000).toFixed(6);
  const request = { kind: 'create', token, body: JSON.stringify({ groupId }) } as const;
  let missing = clients.length;
  for (const client of clients) {
    client.exchange(request, groupId, ({ kind, said }) => {
      if (kind !== 'applied') return done(`${client.options.name} says ${said} (${kind})`);
      if (--missing === 0) done();
      return undefined;
    });
  }
});

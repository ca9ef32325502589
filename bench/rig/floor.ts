/**
 * The floor: one thread that sends the three creates of each command at once over undici's Pool,
 * with the daemon's settings. It has no journal, no client socket and no decisions.
 *
 *   floor.ts NODES [client]   (JSON: [{ "name", "url" }])
 *
 * `client`: with the daemon's own node client instead of `Pool.request`. It is a part of the
 * daemon, and faster, so ratios to it are lower.
 */
import { Pool } from 'undici';
import { settingsSchema } from '../../src/config/schema.ts';
import { atTime } from '../../src/lifecycle/timer.ts';
import { AfterPoll } from '../../src/node/after-poll.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { NodeClient } from '../../src/node/node-client.ts';
import { serveTasks } from './subject.ts';

/** Sends one create and calls `done` once, with the error if there was one. */
type Create = (groupId: string, token: string, done: (fault?: string) => void) => void;

const { connectionsPerNode: connections, requestTimeoutMs } = settingsSchema.parse({});
const nodes = JSON.parse(process.argv[2] ?? '[]') as { name: string; url: string }[];
const at = atTime(() => performance.now());
const afterPoll = new AfterPoll();
const creates = nodes.map(process.argv[3] === 'client' ? byNodeClient : byPool);
let lastToken = Date.now() * 1000;

serveTasks({
  name: 'floor',
  issue: (groupId, done) => {
    const token = (++lastToken / 1_000_000).toFixed(6);
    let missing = creates.length;
    for (const create of creates) {
      create(groupId, token, (fault) => {
        if (fault !== undefined) done(fault);
        else if (--missing === 0) done();
      });
    }
  },
});

function byPool({ name, url }: { name: string; url: string }): Create {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const path = `${pathname}/group`;
  const create = async (groupId: string, timestamp: string): Promise<string | undefined> => {
    const headers = { 'content-type': 'application/json', node: name, timestamp };
    const body = JSON.stringify({ groupId });
    const answer = await pool.request({ method: 'POST', path, headers, body });
    const detail = await answer.body.text();
    return answer.statusCode === 201 ? undefined : `${name} says ${answer.statusCode} ${detail}`;
  };
  return (groupId, token, receive) =>
    void create(groupId, token).then(receive, (error: unknown) => receive(String(error)));
}

function byNodeClient({ name, url }: { name: string; url: string }): Create {
  const client = new NodeClient({
    name,
    url,
    dialect: reliableOps,
    requestTimeoutMs,
    connectTimeoutMs: requestTimeoutMs,
    connections,
    wallNow: Date.now,
    after: (ms, act) => at(performance.now() + ms, act),
    afterPoll,
  });
  return (groupId, token, done) => {
    const request = { kind: 'create', token } as const;
    client.exchange(request, { groupId }, ({ kind, detail: said }) =>
      done(kind === 'applied' ? undefined : `${name} says ${said} (${kind})`),
    );
  };
}

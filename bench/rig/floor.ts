/**
 * The floor: one thread that makes the three creates of each command at once over undici's Pool, set
 * as the daemon sets it. Nothing is durable, nobody asks for it over a socket, nothing is decided.
 *
 *   floor.ts NODES [client]   (JSON: [{ "name", "url" }])
 *
 * `client`: by the daemon's own node client instead of `Pool.request`, which is a part of what the
 * daemon does. It is the cheaper way, so ratios against it are lower.
 */
import { Pool } from 'undici';
import { settingsSchema } from '../../src/config/schema.ts';
import { atTime } from '../../src/lifecycle/timer.ts';
import { AfterPoll } from '../../src/node/after-poll.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { NodeClient } from '../../src/node/node-client.ts';
import { serveTasks } from './subject.ts';

/** Makes one create; `done` hears of it once, with what went wrong if anything did. */
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

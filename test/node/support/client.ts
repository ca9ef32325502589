/** A node client with bounds that suit a test. */
import { namesOf } from '../../../src/config/machine/sockets.ts';
import { atTime } from '../../../src/lifecycle/timer.ts';
import { AfterPoll } from '../../../src/node/after-poll.ts';
import { reliableOps } from '../../../src/node/dialects/reliable-ops.ts';
import { NameWatch } from '../../../src/node/name-watch.ts';
import { NodeClient, type NodeClientOptions } from '../../../src/node/node-client.ts';

const at = atTime(() => performance.now());

export function clientOf(url: string, options: Partial<NodeClientOptions> = {}): NodeClient {
  const client = new NodeClient({
    name: 'node01',
    url,
    dialect: reliableOps,
    requestTimeoutMs: 5000,
    connectTimeoutMs: 2000,
    connections: 8,
    wallNow: Date.now,
    after: (ms, act) => at(performance.now() + ms, act),
    afterPoll: new AfterPoll(),
    ...options,
  });
  const names = namesOf([{ url }]);
  new NameWatch(names, (resolution) => client.onResolution(resolution)).start();
  return client;
}

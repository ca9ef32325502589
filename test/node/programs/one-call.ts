/** Asks the node at argv[2] once, says how that ended, and has nothing more to do. */
import { atTime } from '../../../src/lifecycle/timer.ts';
import { AfterReads } from '../../../src/node/after-reads.ts';
import { reliableOps } from '../../../src/node/dialects/reliable-ops.ts';
import { NodeClient } from '../../../src/node/node-client.ts';

const at = atTime(() => performance.now());
const client = new NodeClient({
  name: 'node01',
  url: process.argv[2] ?? '',
  dialect: reliableOps,
  requestTimeoutMs: 5000,
  connectTimeoutMs: 5000,
  connections: 1,
  wallNow: Date.now,
  after: (ms, act) => at(performance.now() + ms, act),
  afterReads: new AfterReads(),
});
client.exchange({ kind: 'read' }, '5', ({ kind }) => console.log(kind));

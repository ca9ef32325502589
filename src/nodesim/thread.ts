/**
 * The thread of one node: its database, its own port, and the calls that the shared port forwards.
 * An uncaught error ends the thread, and main then ends the process.
 */
import type { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { ControlledNode } from './controlled-node.ts';
import { answerSim, answerStats, type NodeControls } from './http/controls.ts';
import { NodePort } from './http/port.ts';
import { routerFor, type Served } from './http/router.ts';
import { createHttpServer } from './http/server.ts';
import { createLog } from './log.ts';
import { withHeader } from './node/answers.ts';
import { GroupNode } from './node/group-node.ts';
import type {
  ForwardedCall,
  FromThread,
  Returned,
  ThreadStart,
  ToThread,
} from './thread-messages.ts';

if (parentPort === null) throw new Error('the thread of a node runs as a worker thread only');
const main = parentPort;
const start: ThreadStart = workerData;
const { name, seed } = start.settings;
const log = createLog(start.logLevel, name);
let returned: Returned[] = [];

const opened = openNode();
if (opened !== undefined) await serve(opened);

function openNode(): GroupNode | undefined {
  try {
    return new GroupNode(start.settings, start.file, log);
  } catch (error) {
    const busy = (error as { code?: string }).code === 'SQLITE_BUSY';
    const why = busy ? 'another process holds it' : String(error);
    send({ kind: 'cannotStart', cause: 'data', message: `${start.file}: ${why}` });
    return undefined;
  }
}

async function serve(node: GroupNode): Promise<void> {
  const port = new NodePort(() => createHttpServer(routerFor(served, log)), start);
  const controlled = new ControlledNode(node, port);
  const alone = (socket?: Socket): ReadonlyMap<string, NodeControls> =>
    new Map([[name, { port: start.port, control: (asked) => controlled.control(asked, socket) }]]);
  const served: Served = {
    remoteControls: start.remoteControls,
    group: (request, call) => node.group(request, call),
    list: (request, call) => node.list(request, call),
    stats: () => answerStats(alone()),
    sim: async (path, call, body) => {
      const sent = await answerSim({ method: call.method, path, body }, alone(call.socket), seed);
      return node.faults.refuse === true ? withHeader(sent, 'Connection', 'close') : sent;
    },
  };
  try {
    await port.open();
  } catch (error) {
    node.close();
    send({ kind: 'cannotStart', cause: 'port', message: String(error) });
    return;
  }
  main.on('message', (message: ToThread) => {
    if (message.kind === 'stop') stop(node, port);
    else for (const call of message.calls) take(call, controlled);
  });
  send({ kind: 'ready' });
}

function take(call: ForwardedCall, controlled: ControlledNode): void {
  const { seq } = call;
  if (call.kind === 'control') {
    // A failed control is a bug of the simulator: the rejection ends the thread.
    void controlled.control(call.control).then((reply) => giveBack({ seq, reply }));
  } else {
    controlled.forwarded(call, { deliver: (outcome) => giveBack({ seq, outcome }) });
  }
}

function stop(node: GroupNode, port: NodePort): void {
  node.close();
  flush();
  port.close();
  send({ kind: 'stopped' });
  main.close();
}

function giveBack(one: Returned): void {
  returned.push(one);
  if (returned.length === 1) setImmediate(flush);
}

function flush(): void {
  if (returned.length === 0) return;
  send({ kind: 'returned', returned });
  returned = [];
}

function send(message: FromThread): void {
  main.postMessage(message);
}

/** The thread of one executor: its channel to the coordinator, its clients of nodes. */
import { workerData } from 'node:worker_threads';
import { Pair } from 'zeromq';
import { Outbox } from '../base/outbox.ts';
import { CHANNEL_SOCKET, Channel, type ChannelEnd } from '../channel/channel.ts';
import type { Policy } from '../core/context.ts';
import { DescriptorReserve } from '../files/descriptor-reserve.ts';
import type { Beat } from '../lifecycle/beats.ts';
import { steadyClock } from '../lifecycle/clock.ts';
import type { ThreadData } from '../lifecycle/control.ts';
import { Trust, type TrustCell } from '../lifecycle/guards/trust.ts';
import { runThread } from '../lifecycle/thread-shell.ts';
import { atTime } from '../lifecycle/timer.ts';
import type { NodeAccess } from '../node/access/access.ts';
import type { AccessFault } from '../node/access/credentials.ts';
import type { NodeLimits } from '../node/access/limits.ts';
import { AfterPoll } from '../node/after-poll.ts';
import type { Dialect } from '../node/dialect/dialect.ts';
import { compilePath } from '../node/dialect/template.ts';
import { unusedKey } from '../node/dialect/unused-key.ts';
import type { After } from '../node/http-exchange.ts';
import { countKeys, listKeys } from '../node/list/listing.ts';
import { NodeClient, type NodeClientOptions } from '../node/node-client.ts';
import { openLog } from '../observe/log/log.ts';
import type { LogPlan } from '../observe/log/log-plan.ts';
import type { Order, Report } from '../protocol/work.ts';
import { attemptFields } from './attempt-log.ts';
import { Executor } from './executor.ts';
import type { NodePort } from './ports.ts';
import { SurveyRefusals } from './surveys/survey-refusals.ts';
import { unknownNode } from './unknown-node.ts';

export interface ExecutorData extends ThreadData {
  /** Its end of the channel to the coordinator. */
  readonly channel: ChannelEnd;
  readonly nodes: readonly ExecutorNode[];
  readonly dialect: Dialect;
  readonly policy: Policy;
  /** Its share of the setting. */
  readonly heldBytesMax: number;
  readonly log: LogPlan;
  /** For its connections, however many its peers open. */
  readonly descriptorsKept: number;
  /** Undefined: it may always call nodes. */
  readonly trust: TrustCell | undefined;
}

interface ExecutorNode extends NodeAccess {
  readonly limits: NodeLimits;
  /** The share that this executor has of the node's. */
  readonly connections: number;
}

/** So many reports leave before the loop turns, which may take a millisecond or two: the coordinator can begin. */
const REPORTS_ENOUGH = 8;

runThread(async ({ beat, sockets, keep }) => {
  const data: ExecutorData = workerData;
  const log = openLog({ ...data.log, app: 'lockstepd', thread: data.name });
  const now = steadyClock(data.clock);
  const at = atTime(now);
  const urls = new Map(data.nodes.map(({ name, url }) => [name, url]));
  const slowCallMs = new Map(data.nodes.map(({ name, limits }) => [name, limits.breakerSlowMs]));
  const afterPoll = new AfterPoll();
  const descriptors = new DescriptorReserve(data.descriptorsKept);
  const after: After = (ms, act) => at(now() + ms, act);
  const isHeld = heldBy(data.trust, now);
  const clients = data.nodes.map((node) => {
    const onTrouble = ({ place, message, hint }: AccessFault) =>
      log.warn('a secret of a node cannot be read', {
        node: node.name,
        setting: `nodes.${node.name}.${place} ${message}`,
        effect: 'the last value is used',
        hint,
      });
    const shared = { dialect: data.dialect, after, afterPoll, descriptors, onTrouble, ...isHeld };
    return openClient(node, shared);
  });
  // However the thread ends, its connections are reset: else the kernel would deliver their bytes later.
  for (const client of clients) sockets.add(`node ${client.options.name}`, client);
  const ports = new Map(clients.map((client) => [client.options.name, portOf(client)]));
  const channel = new Channel(sockets.add('coordinator', new Pair(CHANNEL_SOCKET)), data.channel);
  await channel.open();
  const outbox = new Outbox<Report>({
    send: (reports) => channel.send(JSON.stringify(reports)),
    onError: (error) => {
      throw error;
    },
    enough: REPORTS_ENOUGH,
  });
  const refusals = new SurveyRefusals((message, fields) => log.warn(message, fields), now);
  const executor = new Executor(
    {
      now,
      random: Math.random,
      at,
      heldBytesMax: data.heldBytesMax,
      nodeNames: data.nodes.map(({ name }) => name),
      unusedKey: unusedKey(data.dialect, 'lockstep-trial'),
      node: (name) => ports.get(name) ?? unknownNode(name),
      slowCallMs: (name) => slowCallMs.get(name) ?? Number.POSITIVE_INFINITY,
      report: (report) => outbox.push(report),
      surveyRefused: ({ node, groupId, reply }) => {
        const pathOf = () => compilePath(data.dialect.read.path, node)(groupId, '');
        refusals.note({ node, pathOf, reply });
      },
      attempted: (attempt) => {
        if (log.wants('debug')) log.debug('attempt', attemptFields(attempt, data.dialect, urls));
      },
    },
    data.policy,
  );
  const receive = (text: string) => take(JSON.parse(text), executor, beat);
  keep('coordinator', channel.receive(receive));
  outbox.push({ kind: 'hello' });
  return {
    onControl: (message) => {
      if (typeof message !== 'object') return;
      if ('logLevel' in message) log.setLevel(message.logLevel);
      if ('resolution' in message)
        for (const client of clients) client.onResolution(message.resolution);
    },
    stop: async () => {
      // Running exchanges are given up, not cut off: their bytes must not leave later.
      executor.take({ kind: 'interrupt' });
      for (const client of clients) client.close();
      await outbox.flushed();
      channel.close();
      await log.close();
    },
  };
});

function take(orders: readonly Order[], executor: Executor, beat: Beat): void {
  for (const order of orders) {
    executor.take(order);
    // The coordinator asks for a report at least once a second.
    beat.progress();
  }
}

function heldBy(cell: TrustCell | undefined, now: () => number): Pick<NodeClientOptions, 'isHeld'> {
  if (cell === undefined) return {};
  const trust = new Trust(cell);
  return { isHeld: () => !trust.holdsAt({ steady: now(), wall: Date.now() }) };
}

function openClient(
  { limits, ...access }: ExecutorNode,
  shared: Pick<
    NodeClientOptions,
    'dialect' | 'after' | 'afterPoll' | 'descriptors' | 'onTrouble' | 'isHeld'
  >,
): NodeClient {
  const { requestTimeoutMs, connectTimeoutMs, answerBytes } = limits;
  const own = { requestTimeoutMs, connectTimeoutMs, answerBytes };
  return new NodeClient({ ...access, ...shared, ...own, wallNow: Date.now, env: process.env });
}

function portOf(client: NodeClient): NodePort {
  const { list, health } = client.options.dialect;
  const keys = (after: string, limit: number) =>
    list === null
      ? Promise.resolve({ error: 'no list call' })
      : listKeys(client, list, { after, limit });
  return {
    ...(list === null ? {} : { keys }),
    ...(health === null ? {} : { checkHealth: (done) => client.checkHealth(done) }),
    exchange: (request, subject, done) => client.exchange(request, subject, done),
    count: () => countKeys(client),
    report: () => client.report(),
  };
}

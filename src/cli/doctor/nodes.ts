/**
 * Calls the nodes as the daemon will call them. Are they there (`GET /ping`)? Do they read (a key
 * that does not exist)? Would a proxy that answers in their place be detected? Does their clock
 * agree with this machine's? No call changes a node.
 */
import { randomUUID } from 'node:crypto';
import { durationText } from '../../base/time/duration-text.ts';
import type { Settings } from '../../config/schema.ts';
import type { NodeReplyKind } from '../../core/model.ts';
import type { Dialect, Rule } from '../../node/dialect/dialect.ts';
import { readReply } from '../../node/dialect/read-reply.ts';
import { compileHeader, compilePath } from '../../node/dialect/template.ts';
import { unusedKey } from '../../node/dialect/unused-key.ts';
import { isHealthy } from '../../node/health-call.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import type { Outcome } from './http.ts';
import { callNode } from './node-call.ts';

const SLOW_SHARE = 0.5;
/** Dates of HTTP are whole seconds, and the network takes its time. */
const SKEW_MS_MAX = 2000;

type Node = Settings['nodes'][number];

export async function checkNodes(
  settings: Settings,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    settings.nodes.map((node) => checkNode(node, settings, timeoutMs)),
  );
  return found.flat();
}

async function checkNode(
  node: Node,
  settings: Settings,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  const check = `node ${node.name}`;
  const { dialect } = settings;
  const { health } = dialect;
  const base = new URL(node.url).pathname.replace(/\/+$/, '');
  const key = unusedKey(dialect);
  const path = compilePath(dialect.read.path, node.name)(key, '');
  const headers = headersOf(node, dialect, key);
  const ask = (at: string, method = dialect.read.method) =>
    callNode(node, { method, path: at, headers, timeoutMs });
  const [ping, read, stray] = await Promise.all([
    health === null
      ? undefined
      : ask(health.root ? health.path : `${base}${health.path}`, health.method),
    ask(`${base}${path}`),
    ask(`/doctor-${randomUUID()}${path}`),
  ]);
  const kindOf = (detail: Outcome): NodeReplyKind | undefined =>
    detail.kind === 'silent'
      ? undefined
      : readReply(dialect, { kind: 'read', groupId: key, node: node.name }, { ...detail, at: 0 })
          .kind;
  return [
    ...(ping === undefined || health === null ? [] : [reachability(check, ping, { node, health })]),
    reading(check, read, { dialect, limits: node.limits, kind: kindOf(read) }),
    ...(kindOf(stray) === 'absent' ? [mistakable(check, dialect.name)] : []),
    ...clock(check, read.kind === 'answered' ? read : (ping ?? read)),
  ];
}

function headersOf(
  { name }: Node,
  dialect: Dialect,
  key: string,
): Readonly<Record<string, string>> {
  const headers = { ...dialect.headers, ...dialect.read.headers };
  const entries = Object.entries(headers).map(([header, text]) => [
    header,
    compileHeader(text, name)(key, ''),
  ]);
  return Object.fromEntries(entries);
}

function reachability(
  check: string,
  ping: Outcome,
  { node: { url, socket }, health }: { node: Node; health: NonNullable<Dialect['health']> },
): Finding {
  const base = health.root ? new URL(url).origin : url;
  const at = socket === undefined ? `${base}${health.path}` : `${socket} ${health.path}`;
  if (ping.kind === 'silent') {
    const hint = 'Start the node, or correct its URL (nodes of the file, or LOCKSTEP_NODES).';
    return fail(check, `${at}: ${ping.why}`, ping.hint ?? hint);
  }
  const took = durationText(ping.tookMs);
  const { text } = health;
  const words = text ?? String(ping.status);
  if (isHealthy(health, ping)) return ok(check, `${words} in ${took}`);
  const detail = `${at} answered ${ping.status}${text === null ? '' : ` without ${text}`} in ${took}`;
  return warn(
    check,
    detail,
    'Check whether a proxy answers instead of the node. Only trials of a breaker use this path.',
  );
}

/** A program that answers a path that no node has may one day answer in the node's place. */
function mistakable(check: string, dialect: string): Finding {
  const detail = `the dialect ${dialect} accepts its answer to a path that no node serves`;
  const hint =
    'A proxy that has lost its route to the node would be believed: let it answer 503 instead. ' +
    'See docs/node-api.md, "A proxy in the place of a node".';
  return warn(check, detail, hint);
}

interface Read extends Pick<Node, 'limits'> {
  readonly dialect: Dialect;
  readonly kind: NodeReplyKind | undefined;
}

function reading(
  check: string,
  read: Outcome,
  { dialect, limits: { requestTimeoutMs }, kind }: Read,
): Finding {
  const { name, read: call } = dialect;
  if (read.kind === 'silent') {
    const hint = 'Every command needs this node: all commands are rolled back until it answers.';
    return fail(check, `a read: ${read.why}`, read.hint ?? hint);
  }
  const took = durationText(read.tookMs);
  const hint = `Check its URL (LOCKSTEP_NODES) and the dialect ${name} (LOCKSTEP_DIALECT).`;
  const isNamed = (rules: readonly Rule[]) =>
    rules.some(({ status }) => status.includes(read.status));
  if (kind === 'present' || (isNamed(call.present) && !isNamed(call.absent))) {
    return fail(
      check,
      `a read of a missing key was answered as if it existed (${read.status})`,
      hint,
    );
  }
  if (read.status >= 500) {
    const wait = 'The node itself failed: see its logs.';
    return fail(check, `a read was answered ${read.status} in ${took}`, wait);
  }
  if (!isNamed(call.absent)) {
    return fail(check, `a read of a missing key was answered ${read.status}`, hint);
  }
  if (kind !== 'absent') {
    const detail = `a read of a missing key was answered ${read.status} without the node's proof`;
    return fail(check, detail, `Check whether a proxy answers in its place. If not: ${hint}`);
  }
  if (read.tookMs > requestTimeoutMs * SLOW_SHARE) {
    const slow =
      'Find the cause of the slow answers, or raise LOCKSTEP_REQUEST_TIMEOUT_MS or limits.requestTimeoutMs, and the settings that depend on it.';
    return warn(check, `a read took ${took} of ${requestTimeoutMs} ms`, slow);
  }
  return ok(check, `reads in ${took}`);
}

function clock(check: string, answer: Outcome): readonly Finding[] {
  if (answer.kind === 'silent' || answer.aheadMs === undefined) return [];
  const amount = Math.abs(answer.aheadMs);
  const name = check.replace('node', 'clock of');
  if (amount <= SKEW_MS_MAX) return [ok(name, "agrees with this machine's")];
  const side = answer.aheadMs > 0 ? 'ahead of' : 'behind';
  const hint =
    'Let NTP set both clocks. Commands stay correct, but times in logs and tokens are wrong.';
  return [warn(name, `${durationText(amount)} ${side} this machine's`, hint)];
}

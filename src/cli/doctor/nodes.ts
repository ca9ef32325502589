/**
 * The nodes, as the daemon will call them: are they there (`GET /ping`), do they read (a key that
 * nobody has made), would a proxy that answers in their place be told from them, and does their clock
 * agree with ours? Nothing that changes a node is sent.
 */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../../config/schema.ts';
import { provesAbsence } from '../../node/dialect/proof.ts';
import { durationText } from '../input/duration.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { exchange, type Outcome } from './http.ts';

const SLOW_SHARE = 0.5;
/** Dates of HTTP are whole seconds, and the line takes its time. */
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
  const headers = dialect.nodeHeader ? { node: node.name } : {};
  const key = `doctor-${randomUUID()}`;
  const path = dialect.read.path.replaceAll('{groupId}', encodeURIComponent(key));
  const unserved = `${new URL(node.url).origin}/doctor-${randomUUID()}${path}`;
  const [ping, read, stray] = await Promise.all([
    exchange({ url: new URL('/ping', node.url).href, headers, timeoutMs }),
    exchange({ url: node.url + path, headers, timeoutMs }),
    exchange({ url: unserved, headers, timeoutMs }),
  ]);
  const isProven = (detail: Outcome) =>
    detail.kind === 'answered' &&
    dialect.read.statuses.absent.includes(detail.status) &&
    provesAbsence(dialect.proof, detail, key);
  return [
    reachability(check, ping, node),
    reading(check, read, { settings, isProven: isProven(read) }),
    ...(isProven(stray) ? [mistakable(check, dialect.name)] : []),
    ...clock(check, read.kind === 'answered' ? read : ping),
  ];
}

function reachability(check: string, ping: Outcome, { url }: Node): Finding {
  const at = new URL('/ping', url).href;
  if (ping.kind === 'silent') {
    return fail(
      check,
      `${at}: ${ping.why}`,
      'Start the node, or correct its URL in LOCKSTEP_NODES.',
    );
  }
  const took = durationText(ping.tookMs);
  if (ping.status === 200 && ping.body.trim() === 'PONG') return ok(check, `PONG in ${took}`);
  const detail = `${at} answered ${ping.status} without PONG in ${took}`;
  return warn(
    check,
    detail,
    'Is it a node, or does a proxy stand before it? Commands do not need it.',
  );
}

/** What answers there for a path that no node serves may one day answer for the node's own. */
function mistakable(check: string, dialect: string): Finding {
  const detail = `what it answers for a path that no node serves, ${dialect} takes for a node's word`;
  const hint =
    'A proxy that has lost its route to the node would be believed: have it answer 503 there. ' +
    'docs/node-api.md, "A proxy in the place of a node".';
  return warn(check, detail, hint);
}

function reading(
  check: string,
  read: Outcome,
  { settings, isProven }: { settings: Settings; isProven: boolean },
): Finding {
  const { name, read: call } = settings.dialect;
  if (read.kind === 'silent') {
    const hint = 'Every command needs this node: until it answers, all of them are rolled back.';
    return fail(check, `a read: ${read.why}`, hint);
  }
  const took = durationText(read.tookMs);
  const hint = `Do its URL and the dialect ${name} fit? LOCKSTEP_NODES, LOCKSTEP_DIALECT.`;
  if (call.statuses.present.includes(read.status)) {
    return fail(check, `it says that a key exists which nobody has made (${read.status})`, hint);
  }
  if (read.status >= 500) {
    const wait = 'The node has trouble of its own: see its logs.';
    return fail(check, `a read was answered ${read.status} in ${took}`, wait);
  }
  if (!call.statuses.absent.includes(read.status)) {
    return fail(check, `a read of a missing key was answered ${read.status}`, hint);
  }
  if (!isProven) {
    const detail = `a read of a missing key was answered ${read.status} without the node's proof`;
    return fail(check, detail, `Does a proxy answer in its place? Else: ${hint}`);
  }
  if (read.tookMs > settings.requestTimeoutMs * SLOW_SHARE) {
    const slow =
      'Find out why it is slow, or raise LOCKSTEP_REQUEST_TIMEOUT_MS and what it rests on.';
    return warn(check, `a read took ${took} of ${settings.requestTimeoutMs} ms`, slow);
  }
  return ok(check, `reads in ${took}`);
}

function clock(check: string, answer: Outcome): readonly Finding[] {
  if (answer.kind === 'silent' || answer.aheadMs === undefined) return [];
  const amount = Math.abs(answer.aheadMs);
  const name = check.replace('node', 'clock of');
  if (amount <= SKEW_MS_MAX) return [ok(name, 'agrees with ours')];
  const side = answer.aheadMs > 0 ? 'ahead of' : 'behind';
  const hint = 'Let NTP set both clocks. Nothing breaks, but times in logs and tokens mislead.';
  return [warn(name, `${durationText(amount)} ${side} ours`, hint)];
}

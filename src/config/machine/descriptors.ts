/**
 * The daemon's need of file descriptors, against the limit of the process. Node raises the soft
 * limit to the hard one at its start, so this is the hard one.
 */
import { readFileSync } from 'node:fs';
import { codeOf } from '../../base/error-fields.ts';
import { SPARE } from '../../files/descriptor-reserve.ts';
import type { NodeLimits } from '../../node/access/limits.ts';
import type { Problem } from '../problem.ts';

/** Journal, logs, notices, and those of Node and ZeroMQ: 48 were seen. */
const OWN = 64;
/** Its event loop and its channel: 7 were seen. */
const EACH_EXECUTOR = 8;
const OPERATORS = 16;
const CLIENTS = 64;
/** Requests over HTTP at once: a few find room among the descriptors for operators. */
const CALLS_MIN = 8;
const CALLS_MAX = 1000;
/** To each node, of each executor, besides its share of `connectionsPerNode`: for lists of keys, and for urgent calls. */
const OTHER_CONNECTIONS = 2;

interface Needy {
  readonly journal: { readonly kind: 'sqlite' | 'postgres' };
  readonly executors: number;
  readonly nodes: readonly { readonly limits: Pick<NodeLimits, 'connectionsPerNode'> }[];
}

export type DescriptorFit =
  /** `needed`: with every connection in use. */
  | { readonly kind: 'enough'; readonly needed: number }
  /** Connections to any one node, fewer than its `connectionsPerNode`. */
  | { readonly kind: 'fewer'; readonly needed: number; readonly connectionsPerNode: number }
  /** `least`: with 64 clients and one connection to each node. */
  | { readonly kind: 'too few'; readonly least: number };

export function fitDescriptors({ journal, executors, nodes }: Needy, limit: number): DescriptorFit {
  const limits = nodes.map((node) => node.limits.connectionsPerNode);
  const fixed =
    OWN +
    (journal.kind === 'postgres' ? SPARE : 0) +
    EACH_EXECUTOR * executors +
    OPERATORS +
    CLIENTS +
    (OTHER_CONNECTIONS * nodes.length + descriptorsKept(nodes)) * executors;
  const needFor = (most: number) =>
    limits.reduce((sum, connections) => sum + Math.min(connections, most), fixed);
  let affordable = Math.max(...limits);
  const needed = needFor(affordable);
  if (limit >= needed) return { kind: 'enough', needed };
  // One of each executor.
  const least = needFor(executors);
  if (limit < least) return { kind: 'too few', least };
  while (needFor(affordable) > limit) affordable--;
  return { kind: 'fewer', needed, connectionsPerNode: affordable };
}

/** That each executor keeps open for its connections: one to each node at least can be opened, however many its peers open. */
export function descriptorsKept(nodes: readonly unknown[]): number {
  return nodes.length + SPARE;
}

/** Of this process; undefined if the system does not show it, or sets none. */
export function descriptorLimit(): number | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch (error) {
    // Not on Linux, or /proc cannot be read.
    if (['ENOENT', 'EACCES'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
  const limit = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  return limit === undefined ? undefined : Number(limit);
}

/**
 * Open descriptors of the process, above which no client is let in: what the daemon may need for its nodes, its threads
 * and operators is left, if the limit allows that and 64 clients.
 */
export function descriptorsForPeers(settings: Needy, limit = descriptorLimit()): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  const fit = fitDescriptors(settings, limit);
  if (fit.kind === 'too few') return limit;
  const reserved = fit.needed - OWN - CLIENTS + Math.ceil(1.5 * callsMax(settings, limit));
  return Math.min(limit, Math.max(fit.needed, limit - reserved));
}

/**
 * Requests over HTTP that may wait for their answers at once: each holds a connection, and half as many connections may
 * be idle. An eighth of the descriptors that are not needed otherwise.
 */
export function callsMax(settings: Needy, limit = descriptorLimit()): number {
  if (limit === undefined) return CALLS_MAX;
  const fit = fitDescriptors(settings, limit);
  const rest = fit.kind === 'too few' ? 0 : limit - fit.needed;
  return Math.max(CALLS_MIN, Math.min(CALLS_MAX, Math.floor(rest / 8)));
}

export const MORE_DESCRIPTORS =
  'Raise it: `ulimit -n` in a shell, LimitNOFILE= in a systemd unit, `ulimits: nofile` in Compose; ' +
  'or set fewer executors.';

export function tooFewDescriptors(limit: number, least: number): Problem {
  return {
    source: 'the limit of open files',
    message:
      `is ${limit}, and at least ${least} are needed: for the journal, the operators' port, ` +
      `${CLIENTS} clients and one connection of each executor to each node`,
    hint: MORE_DESCRIPTORS,
  };
}

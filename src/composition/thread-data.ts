/** The start data of each kind of thread: only the settings that it needs. */
import { join } from 'node:path';
import type { CurvePair } from '../clients/curve-pair.ts';
import { readServerKey } from '../clients/server-key.ts';
import { descriptorsForPeers, descriptorsKept } from '../config/machine/descriptors.ts';
import { isLocal, readOutlivingMs } from '../config/machine/outliving.ts';
import { eventsAreOff, unprotectedAddresses } from '../config/machine/protection.ts';
import type { Settings } from '../config/schema.ts';
import type { Outliving } from '../coordinator/commands/process-life.ts';
import type { CoordinatorData } from '../coordinator/thread.ts';
import type { BreakerPolicy } from '../core/breaker/breaker.ts';
import type { Policy } from '../core/context.ts';
import type { DoorData } from '../door/thread.ts';
import type { ExecutorData } from '../executor/thread.ts';
import { newTrust, type TrustCell } from '../lifecycle/guards/trust.ts';
import { shareOf } from '../node/access/limits.ts';
import { defers } from '../node/dialect/dialect.ts';
import { otherNodesBefore } from '../observe/surroundings.ts';

/**
 * A trial is two calls at most (the health path, then a read). Each waits for a connection for the request timeout at
 * most, and takes as long; what takes so much longer never ends.
 */
const TRIAL_TIMEOUTS = 4;
const TRIAL_SLACK_MS = 5000;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

function policyOf(settings: Settings): Policy {
  const { quiesceMs, backoffBaseMs, backoffCapMs, retryAfterCapMs, stuckAfterMs } = settings;
  const { dialect } = settings;
  return {
    tokens: dialect.mark !== null,
    restores: dialect.delete.restore !== 'none',
    ...(defers(dialect) ? { defers: true } : {}),
    quiesceMs,
    backoffBaseMs,
    backoffCapMs,
    retryAfterCapMs,
    stuckAfterMs,
  };
}

function breakerOf(settings: Settings): BreakerPolicy {
  return {
    failuresInRow: settings.breakerFailures,
    windowMs: settings.breakerWindowMs,
    volumeMin: settings.breakerVolume,
    failureShare: settings.breakerFailureShare,
    slowShare: settings.breakerSlowShare,
    coolOffMs: settings.breakerCoolOffMs,
    coolOffCapMs: settings.breakerCoolOffCapMs,
    trialCalls: settings.breakerTrials,
    trialTimeoutMs: TRIAL_TIMEOUTS * longest(settings.nodes) + TRIAL_SLACK_MS,
  };
}

/** The longest request to any node, ms. */
function longest(nodes: Settings['nodes']): number {
  return Math.max(...nodes.map(({ limits }) => limits.requestTimeoutMs));
}

export function coordinatorData(
  settings: Settings,
  { isFresh = false }: { readonly isFresh?: boolean } = {},
): Omit<
  CoordinatorData,
  'name' | 'clock' | 'version' | 'log' | 'crashes' | 'executors' | 'door' | 'trust'
> {
  const nodesBefore = otherNodesBefore(settings);
  return {
    policy: policyOf(settings),
    breaker: breakerOf(settings),
    endpoint: settings.endpoint,
    eventsEndpoint: eventsAreOff(settings) ? undefined : settings.eventsEndpoint,
    curve: curveOf(settings),
    isUnprotected: unprotectedAddresses(settings).length > 0,
    publishesEvents: !eventsAreOff(settings),
    journal: journalUrl(settings),
    journalPaths: { savedIn: [join(settings.dataDir, 'logs')], fresh: isFresh },
    mayForget: settings.journalMayForget,
    member: settings.deviceName,
    requestTimeoutMs: longest(settings.nodes),
    dialect: settings.dialect,
    nodeNames: settings.nodes.map(({ name }) => name),
    ...(nodesBefore === undefined ? {} : { nodesBefore }),
    outliving: outlivingOf(settings),
    concurrency: settings.concurrency,
    interactiveShare: settings.interactiveShare,
    openMax: settings.openMax,
    recordBytesMax: settings.recordBytesMax,
    heldBytesMax: settings.heldBytesMax,
    recordRetentionMs: settings.recordRetentionDays * DAY_MS,
    frameBytesMax: settings.frameBytesMax,
    dataDir: settings.dataDir,
    clients: settings.clients,
    auth: settings.auth,
    memoryLimitBytes: settings.memoryLimitBytes,
    descriptorsMax: descriptorsForPeers(settings),
    defaultDeadlineMs: settings.defaultDeadlineMs,
    retentionMs: settings.retentionDays * DAY_MS,
    auditEveryMs: settings.auditEveryHours * HOUR_MS,
    healthCheckEveryMs: settings.healthCheckEveryMs,
  };
}

/** Undefined: no other daemon can take the journal while this one runs. */
export function trustFor({ journal }: Settings): TrustCell | undefined {
  return journal.kind === 'postgres' ? newTrust() : undefined;
}

function journalUrl({ journal }: Settings): string {
  return journal.kind === 'sqlite' ? `sqlite:${journal.path}` : journal.url;
}

export function doorSettings(settings: Settings): DoorData['settings'] {
  const { opsHost, opsPort, opsNames = [], opsTlsCert, opsTlsKey } = settings;
  const { dataDir, clients, frameBytesMax, journal, memoryLimitBytes } = settings;
  const isSecure = opsTlsCert !== undefined && opsTlsKey !== undefined;
  const tls = isSecure ? { opsTlsCert, opsTlsKey } : {};
  const { statsd, statsdFormat, statsdPrefix, statsdTags, statsdIntervalMs } = settings;
  const metrics = { statsd, statsdFormat, statsdPrefix, statsdTags, statsdIntervalMs };
  const listening = { opsHost, opsPort, opsNames, ...tls };
  return {
    ...listening,
    ...metrics,
    dataDir,
    clients,
    frameBytesMax,
    journal,
    memoryLimitBytes,
  };
}

/** @throws if the file, which was judged before, cannot be used any more */
function curveOf({ curveKeyFile }: Settings): CurvePair | undefined {
  if (curveKeyFile === undefined) return undefined;
  const read = readServerKey(curveKeyFile);
  if (!read.ok) throw new Error(read.fault.message);
  return read.pair;
}

function outlivingOf({ nodes }: Settings): Outliving {
  const ms = readOutlivingMs();
  return Object.fromEntries(nodes.map((node) => [node.name, isLocal(node) ? 0 : ms]));
}

/** @param executor its index: each has its share of a node's connections */
export function executorData(
  settings: Settings,
  executor: number,
): Omit<ExecutorData, 'name' | 'clock' | 'log' | 'channel' | 'trust'> {
  const { dialect, executors: of } = settings;
  const nodes = settings.nodes.map((node) => ({
    ...node,
    connections: shareOf(node.limits.connectionsPerNode, { executor, of }),
  }));
  const heldBytesMax = Math.floor(settings.heldBytesMax / of);
  const kept = { descriptorsKept: descriptorsKept(nodes) };
  return { policy: policyOf(settings), nodes, dialect, heldBytesMax, ...kept };
}

/**
 * Every setting, once: type, default, range, names in the environment and on the command line,
 * messages and docs/configuration.md all follow from this schema.
 *
 * Each setting is read on its own (`load.ts`); rules between settings are in `relations.ts`.
 * Nothing here reads the environment or a file.
 */
import { z } from 'zod';
import type { NodeAccess } from '../node/access/access.ts';
import type { NodeLimits } from '../node/access/limits.ts';
import type { Dialect } from '../node/dialect/dialect.ts';
import { customDialects } from './nodes/custom-dialects.ts';
import { CONNECTIONS_MAX } from './nodes/limits.ts';
import { nodeList } from './nodes/node-list.ts';
import { endpoint, journal } from './settings/addresses.ts';
import { opsShape } from './settings/ops.ts';
import { protectionShape } from './settings/protection.ts';
import { settingDocs } from './settings/setting-docs.ts';
import { statsdShape } from './settings/statsd.ts';
import { supervisionShape } from './settings/supervision.ts';
import { telemetryShape } from './settings/telemetry.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;
/** Two keep one coordinator busy; each takes memory. */
export const DEFAULT_EXECUTORS_MAX = 4;

const DEFAULT_NODES = [1, 2, 3].map((number) => ({
  name: `node0${number}`,
  url: `http://127.0.0.1:${7400 + number}/v1`,
}));

function millis(max: number, fallback: number, text: string) {
  return z.int().min(1).max(max).default(fallback).register(settingDocs, { unit: 'ms', text });
}

function share(text: string) {
  return z.number().min(0.01).max(1).default(0.5).register(settingDocs, { text });
}

export const settingsSchema = z.strictObject({
  nodes: nodeList.default(DEFAULT_NODES).register(settingDocs, {
    text: 'The nodes and their base URLs; the paths of the dialect are appended to these.',
    allowed:
      '1 to 50 nodes as name=url,name=url,…; in a file also {name: url}, {name: {url, …}} or [{name, url, …}] (see below)',
    fallback: DEFAULT_NODES.map(({ name, url }) => `${name}=${url}`).join(','),
  }),
  dialect: z.string().default('reliable-ops').register(settingDocs, {
    text: 'The HTTP API of the nodes.',
    allowed: 'reliable-ops, challenge, or a name from dialects',
  }),
  dialects: customDialects.default([]).register(settingDocs, {
    text: 'Dialects of your own, by name (see below).',
    allowed: 'an object of dialects by name, each whole or with `extends`',
    fallback: 'none',
    fileOnly: true,
  }),
  endpoint: endpoint.default('tcp://127.0.0.1:5570').register(settingDocs, {
    text: 'Where clients send commands (ZeroMQ ROUTER).',
    allowed: 'tcp://HOST:PORT, HOST an address, a name or *; ipc:///PATH, a socket file',
  }),
  eventsEndpoint: endpoint.default('tcp://127.0.0.1:5571').register(settingDocs, {
    text: 'Where events are published (ZeroMQ PUB).',
    allowed: 'tcp://HOST:PORT, HOST an address, a name or *; ipc:///PATH, a socket file',
  }),
  ...opsShape,
  dataDir: z.string().min(1).default('./data').register(settingDocs, {
    text: 'The directory of the journal and of run files.',
    allowed: 'a path; a relative one starts at the working directory',
  }),
  journal: journal.optional().register(settingDocs, {
    text: 'The journal, in which every command is recorded.',
    allowed: 'sqlite:PATH; postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    holdsSecret: true,
    fallback: 'sqlite:<dataDir>/journal.db',
  }),
  journalMayForget: z.boolean().default(false).register(settingDocs, {
    text: '`true`: a journal in PostgreSQL needs no synchronous standby. The start is not refused if all standbys are asynchronous, and there is no warning if there is none: a failover, or a lost disk, can then lose commands that were answered.',
  }),
  ...protectionShape,
  executors: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .register(settingDocs, {
      text: 'Threads that call the nodes.',
      fallback: `half the cores, 1 to ${DEFAULT_EXECUTORS_MAX}, and at most the connections of each node`,
    }),
  concurrency: z.int().min(1).max(10_000).default(256).register(settingDocs, {
    text: 'Commands under way at once, for each executor.',
  }),
  connectionsPerNode: z.int().min(1).max(CONNECTIONS_MAX).default(32).register(settingDocs, {
    text: 'Calls that run with one node at once, of all executors together. Each executor opens up to two connections more: one for rollbacks and trial calls, one for lists of keys. Stronger: `limits` of the dialect, then of the node.',
  }),
  interactiveShare: z.number().min(0.05).max(0.95).default(0.9).register(settingDocs, {
    text: 'The share of new work, and of the slots, that is kept for the interactive lane while it is in use.',
  }),
  openMax: z.int().min(1).max(10_000_000).default(200_000).register(settingDocs, {
    text: 'Commands that may be open at once; further ones are answered `busy`.',
  }),
  frameBytesMax: z
    .int()
    .min(1024)
    .max(64 * MIB)
    .default(MIB)
    .register(settingDocs, {
      unit: 'bytes',
      text: 'The largest request; a larger one is answered `too_large`.',
    }),
  recordBytesMax: z
    .int()
    .min(2)
    .max(16 * MIB)
    .default(64 * 1024)
    .register(settingDocs, {
      unit: 'bytes',
      text: 'The largest record of a create, as text; a larger one is rejected.',
    }),
  heldBytesMax: z
    .int()
    .min(1024)
    .max(4096 * MIB)
    .default(64 * MIB)
    .register(settingDocs, {
      unit: 'bytes',
      text: 'The size of the records of all open commands together; beyond it a command with a record is answered `busy`. Also the size of the records that deletes have read and not yet written to the journal; beyond it further deletes wait, until their deadline at most.',
    }),
  defaultDeadlineMs: millis(
    DAY_MS,
    30_000,
    'The deadline of a command without `deadlineMs`: then it is rolled back.',
  ),
  requestTimeoutMs: millis(
    28_000,
    5000,
    'How long one request to a node may take. The wait for a free connection before it is extra, and takes at most as long. Stronger: `limits` of the dialect, then of the node.',
  ),
  connectTimeoutMs: z.int().min(1).max(28_000).optional().register(settingDocs, {
    unit: 'ms',
    text: 'How long the connection to a node may take, over all addresses of its name. Stronger: `limits` of the dialect, then of the node.',
    fallback: '2000, or requestTimeoutMs if that is less',
  }),
  quiesceMs: millis(
    600_000,
    5000,
    'How long a request that was given up may still take effect. It must exceed the longest life of such a request in nodes and proxies.',
  ),
  backoffBaseMs: millis(60_000, 10, 'The longest wait before the first retry; it doubles.'),
  backoffCapMs: millis(600_000, 2000, 'The longest wait before any retry.'),
  retryAfterCapMs: millis(600_000, 10_000, 'The longest `Retry-After` of a node that is obeyed.'),
  stuckAfterMs: millis(DAY_MS, 60_000, 'A rollback that takes longer is reported as stuck.'),
  breakerFailures: z.int().min(1).max(1_000_000).default(10).register(settingDocs, {
    text: 'Failed calls in a row that open the breaker of a node.',
  }),
  breakerWindowMs: millis(
    600_000,
    10_000,
    'The period in which the breaker of a node counts calls.',
  ),
  breakerVolume: z.int().min(1).max(1_000_000).default(20).register(settingDocs, {
    text: 'The least number of calls in that period: with fewer the shares do not count.',
  }),
  breakerFailureShare: share('This share of failed calls opens the breaker.'),
  breakerSlowMs: z.int().min(1).max(28_000).optional().register(settingDocs, {
    unit: 'ms',
    text: 'A call that takes longer is slow.',
    fallback: 'four fifths of requestTimeoutMs',
  }),
  breakerSlowShare: share('This share of slow calls opens the breaker.'),
  breakerCoolOffMs: millis(
    600_000,
    1000,
    'How long a breaker stays open before the first trial; it doubles.',
  ),
  breakerCoolOffCapMs: millis(600_000, 5000, 'The longest time that a breaker stays open.'),
  breakerTrials: z.int().min(1).max(1000).default(4).register(settingDocs, {
    text: 'Successful trial calls that close a breaker; the first is a read.',
  }),
  healthCheckEveryMs: z.int().min(0).max(600_000).default(5000).register(settingDocs, {
    unit: 'ms',
    text: 'How often a node that no command calls is asked by the health path of its dialect; two failed checks in a row open its breaker. 0: off; without effect where the dialect has no `health`.',
  }),
  drainMs: millis(29_000, 10_000, 'At a stop: how long running work may continue.'),
  interruptMs: millis(29_000, 5000, 'At a stop, after the drain: how long the abort may take.'),
  escalateMs: millis(
    600_000,
    30_000,
    'A stop that takes longer logs at debug, and lists threads and sockets that are left.',
  ),
  hardExitMs: millis(600_000, 36_000, 'A stop that takes longer ends at once with exit code 1.'),
  killTimeoutMs: millis(
    600_000,
    40_000,
    'The time after which the supervisor kills the process (`kill_timeout` of pm2).',
  ),
  hangAfterMs: z
    .int()
    // A thread without work gets some once a second: a lower limit would report idle threads as
    // hanging.
    .min(3000)
    .max(600_000)
    .default(3500)
    .register(settingDocs, {
      unit: 'ms',
      text: 'A thread without a sign of life, or without progress, for longer is lost. Raise it before you use a debugger.',
    }),
  diskFreeMinBytes: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(256 * MIB)
    .register(settingDocs, {
      unit: 'bytes',
      text: "With less free space on the journal's disk, new commands are answered `unavailable`. 0: off.",
    }),
  retentionDays: z.int().min(1).max(3650).default(7).register(settingDocs, {
    unit: 'days',
    text: 'How long settled commands and their ids are kept. Only time in which the daemon runs counts.',
  }),
  recordRetentionDays: z.int().min(1).max(3650).default(7).register(settingDocs, {
    unit: 'days',
    text: 'How long the record of a settled command can be shown. A repeat of its id is recognised for `retentionDays`.',
  }),
  auditEveryHours: z.number().min(0).max(8760).default(24).register(settingDocs, {
    unit: 'hours',
    text: 'How often the daemon compares all keys of the nodes with each other and with the journal by itself; it repairs nothing. 0: off.',
  }),
  logLevel: z.enum(['error', 'warn', 'info', 'debug']).default('info').register(settingDocs, {
    text: 'The lowest level that is logged.',
  }),
  logFormat: z.enum(['text', 'json']).default('text').register(settingDocs, {
    text: 'Log lines as text, or as JSON objects.',
  }),
  ...telemetryShape,
  ...statsdShape,
  ...supervisionShape,
});

export type SettingKey = keyof typeof settingsSchema.shape;

export const SETTING_KEYS = Object.keys(settingsSchema.shape) as SettingKey[];

/** The result of the schema, before `complete.ts` fills in the settings that depend on others. */
export type ReadSettings = z.output<typeof settingsSchema>;

/** Off, unless they are set. */
type OptionalKey =
  | 'opsNames'
  | 'opsTlsCert'
  | 'opsTlsKey'
  | 'curveKeyFile'
  | 'startGate'
  | 'sentryDsn'
  | 'statsd'
  | 'statsdTags'
  | 'sentryIgnore'
  | 'cronitorApiKey'
  | 'cronitorMonitor'
  | 'telegramBotToken'
  | 'telegramChat'
  | 'webhookUrl'
  | 'webhookKey';

type Complete = {
  readonly [Key in Exclude<
    SettingKey,
    'dialect' | 'dialects' | 'nodes' | 'journal' | OptionalKey
  >]: NonNullable<ReadSettings[Key]>;
} & { readonly [Key in OptionalKey]?: NonNullable<ReadSettings[Key]> };

/** All settings, checked and complete. Survives JSON, so that worker threads get the same. */
export interface Settings extends Complete {
  /** The dialect itself, not its name. */
  readonly dialect: Dialect;
  readonly nodes: readonly ConfiguredNode[];
  readonly journal: JournalPlace;
}

/** `folder`: of its file; of a database: that of the files beside it, which is the data folder. */
export type JournalPlace = { readonly folder: string } & (
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }
);

/** One node, with its limits resolved. */
export interface ConfiguredNode extends NodeAccess {
  readonly limits: NodeLimits;
}

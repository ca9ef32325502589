/**
 * The answers of the daemon as schemas, for the OpenAPI document. The types of `answer.ts` are what the daemon is
 * compiled against; a schema that does not fit its type does not compile (`Fits`).
 */
import { z } from 'zod';
import { ACT_KINDS, ACT_OUTCOMES } from '../../core/act.ts';
import { REFUSAL_REASONS } from '../accepting.ts';
import type { ActsAnswer } from '../act.ts';
import type {
  AuditAnswer,
  BatchAnswer,
  BreakersAnswer,
  CommandAnswer,
  LanesAnswer,
  ListAnswer,
  NodeStatus,
  NodesAnswer,
  SelectionAnswer,
  StatsAnswer,
  SummaryAnswer,
} from '../answer.ts';
import type { DryRunAnswer } from '../answers/dry-run.ts';
import { RETIRED_COURSES } from '../answers/retiring.ts';
import type { ErrorReply } from '../errors.ts';
import type { OpenFilter } from '../input/request-input.ts';
import {
  byName,
  command,
  count,
  error,
  errorBody,
  flag,
  listOf,
  operation,
  presence,
  reason,
  state,
  text,
  time,
} from './command-answer.ts';

const commandOrError = z.union([command, error]);
const next = text.exactOptional().meta({ description: 'The cursor of the next page.' });

const batch = z.object({ results: listOf(commandOrError) }).meta({ id: 'Batch' });
const damaged = listOf(z.object({ id: text, message: text })).exactOptional();
const list = z.object({ commands: listOf(command), next, damaged }).meta({ id: 'List' });
const selection = z
  .object({ matched: count, commands: listOf(commandOrError), next })
  .meta({ id: 'Selection' });

const breakerView = z
  .object({
    state: z.enum(['closed', 'open', 'half_open']),
    isOpen: z.boolean(),
    since: time,
    openings: count,
    forced: flag,
    cause: text.exactOptional(),
    lastError: text.exactOptional(),
    trialsFailed: count.exactOptional(),
    nextTrialAt: time.exactOptional(),
    nextTrialInMs: z.number().exactOptional(),
  })
  .meta({ id: 'Breaker' });
const breakers = z.object({ breakers: byName(breakerView) }).meta({ id: 'Breakers' });

const operatorStop = z.object({ since: time, by: text.exactOptional() });
const laneStatus = z.object({
  waiting: count,
  running: count,
  paused: operatorStop.exactOptional(),
});
const lanesByName = z.object({ interactive: laneStatus, bulk: laneStatus });
const lanes = z.object({ lanes: lanesByName }).meta({ id: 'Lanes' });

const nodeStatus = z.object({
  calls: count,
  answers: byName(count),
  lastFailure: text.exactOptional(),
  running: count.exactOptional(),
  runningMax: count.exactOptional(),
  latencyMs: z.object({ p50: z.number(), p99: z.number() }).exactOptional(),
  breaker: breakerView,
  drained: operatorStop.exactOptional(),
  retired: operatorStop.exactOptional(),
});
const nodeUse = z.object({
  configured: z.boolean(),
  drained: operatorStop.exactOptional(),
  retired: operatorStop.exactOptional(),
  open: count.exactOptional(),
});
const retiring = z.object({
  matched: count,
  counts: z.partialRecord(z.enum(RETIRED_COURSES), count),
  commands: listOf(
    z.object({
      id: text,
      op: operation,
      groupId: text,
      state,
      stuck: flag,
      course: z.enum(RETIRED_COURSES),
      others: listOf(text),
      mayDiffer: flag,
    }),
  ),
});
const nodeUses = z
  .object({ nodes: byName(nodeUse), retiring: retiring.exactOptional() })
  .meta({ id: 'NodeUses' });
const nodes = z
  .object({ nodes: byName(nodeStatus), missingNodes: byName(count).exactOptional() })
  .meta({ id: 'Nodes' });

const refusal = z.object({
  reason: z.enum(REFUSAL_REASONS as [(typeof REFUSAL_REASONS)[number]]),
  message: text,
  hint: text.exactOptional(),
  retryAfterMs: z.number().exactOptional(),
  nodes: listOf(text).exactOptional(),
});

const summary = z
  .object({
    version: text,
    pid: count,
    journalId: text.exactOptional(),
    uptimeMs: count,
    state: z.enum(['running', 'draining']),
    accepting: z.boolean(),
    refusal: refusal.exactOptional(),
    open: count,
    openMax: count,
    compensating: count,
    stuck: count,
    held: count.exactOptional(),
    parked: count.exactOptional(),
    lanes: lanesByName,
    settled: byName(count),
    threads: listOf(text),
    unsupervised: flag,
    unprotected: flag,
    clientListFault: text.exactOptional(),
    missingNodes: byName(count).exactOptional(),
    nodesBefore: text.exactOptional(),
    nodes: byName(nodeStatus),
    audit: z.object({ divergent: count, finishedAt: time }).exactOptional(),
    regularAudit: z
      .object({ nextAt: time, running: flag, waitsFor: text.exactOptional() })
      .exactOptional(),
  })
  .meta({ id: 'Status' });

const stats = z
  .object({
    consistent: z.boolean().nullable(),
    nodes: byName(
      z.object({
        count: count.exactOptional(),
        error: text.exactOptional(),
        skipped: listOf(text).exactOptional(),
      }),
    ),
    reported: flag,
  })
  .meta({ id: 'Stats' });

const act = z.object({
  number: count,
  act: z.enum(ACT_KINDS),
  begunAt: time,
  by: text.exactOptional(),
  proven: z.boolean(),
  door: text,
  on: text.exactOptional(),
  filter: z.custom<OpenFilter>().exactOptional().meta({ type: 'object' }),
  outcome: z.enum(ACT_OUTCOMES),
  error: text.exactOptional(),
  matched: count.exactOptional(),
  results: byName(count).exactOptional(),
});
const acts = z.object({ acts: listOf(act), next }).meta({ id: 'Acts' });

const sighting = z.object({
  state: presence,
  owner: text.exactOptional(),
  content: text.exactOptional(),
  lastResponse: text.exactOptional(),
});
const dryRun = z
  .object({
    dryRun: z.literal(true),
    op: operation,
    groupId: text,
    askedAs: text.exactOptional(),
    would: z.enum(['commit', 'refuse', 'unknown']),
    reason: reason.exactOptional(),
    waitsFor: text.exactOptional(),
    nodes: byName(sighting.extend({ would: z.enum(['create', 'delete', 'nothing']) })),
  })
  .meta({ id: 'DryRun' });
const finding = z.object({
  groupId: text,
  kind: z.enum(['missing', 'stray', 'different', 'foreign', 'unknown', 'unread']),
  journal: presence,
  nodes: byName(sighting),
  repair: z
    .object({
      op: operation,
      id: text.exactOptional(),
      right: text.exactOptional(),
      replaces: listOf(text).exactOptional(),
      error: errorBody.exactOptional(),
    })
    .exactOptional(),
});
const audit = z
  .object({
    checked: count,
    findings: listOf(finding),
    busy: listOf(text),
    unjournaled: listOf(text).exactOptional(),
    unlisted: listOf(text).exactOptional(),
    next,
  })
  .meta({ id: 'Audit' });

export const ANSWER_SCHEMAS = {
  command,
  batch,
  list,
  selection,
  breakers,
  lanes,
  nodes,
  nodeUses,
  summary,
  stats,
  acts,
  audit,
  dryRun,
  error,
} as const;

export type AnswerName = keyof typeof ANSWER_SCHEMAS;

/** Each type fits its schema, and both have the same members. */
type Fits<Shape, Schema extends z.ZodType> =
  Shape extends z.output<Schema>
    ? [keyof z.output<Schema>, keyof Shape] extends [keyof Shape, keyof z.output<Schema>]
      ? true
      : never
    : never;

/** Of the answer to `status`. */
type NodesPart = Pick<SummaryAnswer, 'missingNodes'> & {
  readonly nodes: Readonly<Record<string, NodeStatus>>;
};

({
  command: true,
  batch: true,
  list: true,
  selection: true,
  breakers: true,
  lanes: true,
  nodes: true,
  nodeUses: true,
  summary: true,
  stats: true,
  acts: true,
  audit: true,
  dryRun: true,
  error: true,
}) satisfies {
  readonly command: Fits<CommandAnswer, typeof command>;
  readonly batch: Fits<BatchAnswer, typeof batch>;
  readonly list: Fits<ListAnswer, typeof list>;
  readonly selection: Fits<SelectionAnswer, typeof selection>;
  readonly breakers: Fits<BreakersAnswer, typeof breakers>;
  readonly lanes: Fits<LanesAnswer, typeof lanes>;
  readonly nodes: Fits<NodesPart, typeof nodes>;
  readonly nodeUses: Fits<NodesAnswer, typeof nodeUses>;
  readonly summary: Fits<SummaryAnswer, typeof summary>;
  readonly stats: Fits<StatsAnswer, typeof stats>;
  readonly acts: Fits<ActsAnswer, typeof acts>;
  readonly audit: Fits<AuditAnswer, typeof audit>;
  readonly dryRun: Fits<DryRunAnswer, typeof dryRun>;
  readonly error: Fits<ErrorReply, typeof error>;
};

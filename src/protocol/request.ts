/**
 * The requests of clients. `parse-request.ts` makes these from a client's bytes; `input/request-input.ts` has the same
 * shapes as types, for the authors of clients.
 *
 * Every frame passes through here: parsing a `create` costs 1.3 µs with the fields of the example
 * and 2.4 µs with all of them, JSON included (Node 24.21, November 2026).
 */
import { z } from 'zod';
import { ACT_KINDS, ACT_OUTCOMES } from '../core/act.ts';
import { LOG_LEVELS } from './answers/log-lines.ts';
import { keysOrPage, ofRetireOnly, oneOrMany } from './checks/exclusive.ts';
import { CODE_POINTS_MAX, groupIdFault } from './group-id.ts';
import { DEADLINE_MS_MAX } from './input/request-input.ts';
import { record } from './record/record-field.ts';

const ID_LENGTH_MAX = 200;
/** Of a shorter beginning there may be as many as commands. */
const ID_PREFIX_LENGTH_MIN = 8;
const LIST_LIMIT_MAX = 1000;
/** As of the names in the configuration. */
const NODE_LENGTH_MAX = 64;
const BATCH_COMMANDS_MAX = 10_000;

/** Of a command: 1 to 200 characters. */
export const commandId = z
  .string()
  .min(1)
  .max(ID_LENGTH_MAX)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    error: 'must not hold control characters or lone surrogates',
  })
  .describe('1 to 200 characters without control characters and lone surrogates.');

const groupId = z
  .string()
  .superRefine((text, context) => {
    const fault = groupIdFault(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({
    minLength: 1,
    maxLength: CODE_POINTS_MAX,
    description: 'The key: without control characters and lone surrogates, not `.` or `..`.',
  });

const node = z.string().min(1).max(NODE_LENGTH_MAX);

/** Bounds first, so that the error for 1e15 names the bound, not safe integers. */
const whole = (least: number, most: number) =>
  z
    .number()
    .min(least)
    .max(most)
    .refine(Number.isInteger, { error: 'must be a whole number' })
    .meta({ type: 'integer' });

const wait = z.enum(['settled', 'accepted']);

const commandFields = {
  id: commandId.optional(),
  groupId,
  wait: wait.default('settled'),
  lane: z.enum(['interactive', 'bulk']).default('interactive'),
  deadlineMs: whole(1, DEADLINE_MS_MAX).optional(),
  /**
   * Not accepted after this time, ms of the clock in answers (`at`); not a part of the content
   * (P7).
   */
  expiresAt: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  ensure: z.boolean().default(false),
  ifUnavailable: z.enum(['reject', 'wait']).default('reject'),
  /** Only read every node, and answer what the command would do. */
  dryRun: z.boolean().optional(),
};

const create = z.strictObject({
  op: z.literal('create'),
  ...commandFields,
  /** The content that the nodes store with the key; part of the content of the command (P7). */
  record: record.optional(),
});
const remove = z.strictObject({ op: z.literal('delete'), ...commandFields });

/**
 * A list of the protocol: its members are counted before they are checked, because each wrong one
 * costs 2 µs, and a frame holds half a million. It means a set: a repeated name counts once.
 */
const listOf = <Member extends z.ZodType>(member: Member, most: number) =>
  z
    .array(z.custom<z.input<Member>>())
    .min(1)
    .max(most)
    .pipe(z.array(member))
    .transform((members) => [...new Set(members)])
    // Read only when a document is made.
    .meta({
      get items() {
        return z.toJSONSchema(member, { io: 'input' });
      },
    });

const openStates = z.enum(['accepted', 'applying', 'compensating']);
const states = z.enum([...openStates.options, 'committed', 'rolled_back', 'refused', 'abandoned']);

/** `next` of the previous page: a command's number. */
const cursor = z.string().regex(/^\d{1,15}$/, 'is not a cursor of this daemon');
const pageLimit = whole(1, LIST_LIMIT_MAX);

const age = whole(0, Number.MAX_SAFE_INTEGER);

const selection = {
  stuck: z.boolean().optional(),
  /** Parked commands match only if this is true. */
  parked: z.boolean().optional(),
  groupId: groupId.optional(),
  node: node.optional(),
  lane: z.enum(['interactive', 'bulk']).optional(),
  /** Only commands accepted at least / at most this long ago. */
  olderThanMs: age.optional(),
  youngerThanMs: age.optional(),
};

/** Selects open commands for an operator's act. */
export const openFilter = z.strictObject({
  state: z.union([openStates, listOf(openStates, openStates.options.length)]).optional(),
  op: z.enum(['create', 'delete']).optional(),
  ...selection,
});

/** The page of a selection, and the number of the act that it belongs to. */
const actCursor = z.string().regex(/^\d{1,15}(?:-\d{1,15})?$/, 'is not a cursor of this daemon');

/** One command, or those that match a filter. */
const chosen = {
  id: commandId.optional(),
  filter: openFilter.optional(),
  /** Only show the commands that match. */
  dryRun: z.boolean().optional(),
  limit: pageLimit.optional(),
  cursor: actCursor.optional(),
  /** The operator, for the trail of acts. */
  by: commandId.optional(),
};

/** An operator's act on one command, or on those that match a filter. */
const operation = <Op extends string>(op: Op) =>
  z.strictObject({ op: z.literal(op), ...chosen }).superRefine(oneOrMany);

const actKinds = z.enum(ACT_KINDS);

const pauseFields = {
  /** Absent: every lane. */
  lane: z.enum(['interactive', 'bulk']).optional(),
  by: commandId.optional(),
};

export const SCHEMAS = {
  create,
  delete: remove,
  batch: z.strictObject({
    op: z.literal('batch'),
    /** Each is checked alone: one bad command does not affect the others. */
    commands: z
      .array(z.unknown().meta({ oneOf: [{ $ref: '#/$defs/create' }, { $ref: '#/$defs/delete' }] }))
      .min(1)
      .max(BATCH_COMMANDS_MAX),
  }),
  status: z.strictObject({
    op: z.literal('status'),
    id: commandId.optional(),
    /** Of one command: also show its record. */
    record: z.boolean().optional(),
    /** Of one command: also show its story. */
    story: z.boolean().optional(),
  }),
  list: z.strictObject({
    op: z.literal('list'),
    state: z.union([states, listOf(states, states.options.length)]).optional(),
    ...selection,
    /** Only commands whose id begins so, of the last 1,000 of them by id. */
    idPrefix: commandId.min(ID_PREFIX_LENGTH_MIN).optional(),
    limit: pageLimit.default(100),
    cursor: cursor.optional(),
  }),
  stats: z.strictObject({ op: z.literal('stats') }),
  audit: z
    .strictObject({
      op: z.literal('audit'),
      /** `next` of the previous page. */
      after: groupId.optional(),
      limit: pageLimit.optional(),
      /** These keys, in place of a page. */
      keys: listOf(groupId, LIST_LIMIT_MAX).optional(),
      repair: z.boolean().default(false),
      /** False: the nodes are compared with each other alone, for a journal that is lost. */
      journal: z.boolean().default(true),
      /** Also compare the contents of keys that all nodes hold: each is read on every node. */
      content: z.boolean().optional(),
      /** The node whose records replace those of other contents. */
      right: node.optional(),
      /** The repair of keys on which nodes differ and that the journal does not know. */
      unknown: z.enum(['leave', 'create', 'delete']).default('leave'),
      by: commandId.optional(),
    })
    .superRefine(keysOrPage),
  retry: operation('retry'),
  cancel: operation('cancel'),
  abandon: operation('abandon'),
  /** The decision about the commands that are held since the journal was restored. */
  restore: z
    .strictObject({ op: z.literal('restore'), act: z.enum(['resume', 'abandon']), ...chosen })
    .superRefine(oneOrMany),
  breaker: z.strictObject({
    op: z.literal('breaker'),
    node: node.optional(),
    /** Absent: the breakers are only shown. */
    act: z.enum(['open', 'close', 'reset']).optional(),
    by: commandId.optional(),
  }),
  /** Shows the nodes; or an operator's act on one. */
  node: z
    .strictObject({
      op: z.literal('node'),
      node: node.optional(),
      /** Absent: the nodes are only shown. */
      act: z.enum(['drain', 'undrain', 'retire', 'unretire']).optional(),
      /** Of `retire`: only say what it would do. */
      dryRun: z.boolean().optional(),
      /** Of `retire`: although the node answers, and nobody has drained it. */
      force: z.boolean().optional(),
      by: commandId.optional(),
    })
    .superRefine(ofRetireOnly),
  pause: z.strictObject({ op: z.literal('pause'), ...pauseFields }),
  resume: z.strictObject({ op: z.literal('resume'), ...pauseFields }),
  /** The acts of operators, newest first. */
  acts: z.strictObject({
    op: z.literal('acts'),
    act: z.union([actKinds, listOf(actKinds, actKinds.options.length)]).optional(),
    /** The name of the operator. */
    who: commandId.optional(),
    /** The id of a command, the name of a node or a lane. */
    on: commandId.optional(),
    outcome: z.enum(ACT_OUTCOMES).optional(),
    olderThanMs: age.optional(),
    youngerThanMs: age.optional(),
    limit: pageLimit.default(100),
    cursor: cursor.optional(),
  }),
  /** The last lines of the log, or those behind a cursor. */
  logs: z.strictObject({
    op: z.literal('logs'),
    /** The least grave level. */
    level: z.enum(LOG_LEVELS).optional(),
    thread: z.string().min(1).max(NODE_LENGTH_MAX).optional(),
    /** Of a command. */
    id: commandId.optional(),
    limit: pageLimit.default(100),
    cursor: cursor.optional(),
  }),
  ping: z.strictObject({ op: z.literal('ping') }),
} as const;

export type OperationName = keyof typeof SCHEMAS;
export type CommandRequest = z.output<typeof create> | z.output<typeof remove>;
export type BatchRequest = z.output<(typeof SCHEMAS)['batch']>;
export type ListRequest = z.output<(typeof SCHEMAS)['list']>;
export type StatusRequest = z.output<(typeof SCHEMAS)['status']>;
export type OperatorRequest = z.output<(typeof SCHEMAS)['retry' | 'cancel' | 'abandon']>;
export type RestoreRequest = z.output<(typeof SCHEMAS)['restore']>;
export type PauseRequest = z.output<(typeof SCHEMAS)['pause' | 'resume']>;
export type AuditRequest = z.output<(typeof SCHEMAS)['audit']>;
export type OpenFilter = z.output<typeof openFilter>;
export type BreakerRequest = z.output<(typeof SCHEMAS)['breaker']>;
export type NodesRequest = z.output<(typeof SCHEMAS)['node']>;
export type ActsRequest = z.output<(typeof SCHEMAS)['acts']>;
export type LogsRequest = z.output<(typeof SCHEMAS)['logs']>;
export type Request =
  | CommandRequest
  | BatchRequest
  | ListRequest
  | StatusRequest
  | OperatorRequest
  | RestoreRequest
  | BreakerRequest
  | AuditRequest
  | PauseRequest
  | NodesRequest
  | ActsRequest
  | LogsRequest
  | z.output<(typeof SCHEMAS)['stats' | 'ping']>;

export const OPERATION_NAMES = Object.keys(SCHEMAS) as OperationName[];

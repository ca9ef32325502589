/**
 * What a client may ask. This is the only place where a client's bytes become typed
 * (`parseRequest`); behind it nothing checks shapes again.
 */
import { z } from 'zod';
import { groupIdFault } from '../core/group-id.ts';
import { type ErrorReply, errorReply } from './errors.ts';
import { nearest } from './nearest.ts';

export const ID_LENGTH_MAX = 200;
export const DEADLINE_MS_MAX = 24 * 60 * 60 * 1000;
export const LIST_LIMIT_MAX = 1000;
export const BATCH_COMMANDS_MAX = 10_000;

const id = z
  .string()
  .min(1)
  .max(ID_LENGTH_MAX)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    error: 'must not hold control characters or lone surrogates',
  });

const groupId = z.string().superRefine((text, context) => {
  const fault = groupIdFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const wait = z.enum(['settled', 'accepted']);

const commandFields = {
  id: id.optional(),
  groupId,
  wait: wait.default('settled'),
  lane: z.enum(['interactive', 'bulk']).default('interactive'),
  deadlineMs: z.int().min(1).max(DEADLINE_MS_MAX).optional(),
  ensure: z.boolean().default(false),
  ifUnavailable: z.enum(['reject', 'wait']).default('reject'),
};

const create = z.strictObject({ op: z.literal('create'), ...commandFields });
const remove = z.strictObject({ op: z.literal('delete'), ...commandFields });

const states = z.enum([
  'accepted',
  'applying',
  'compensating',
  'committed',
  'rolled_back',
  'refused',
  'abandoned',
]);

const SCHEMAS = {
  create,
  delete: remove,
  batch: z.strictObject({
    op: z.literal('batch'),
    /** Each is checked on its own: one bad command does not spoil the others. */
    commands: z.array(z.unknown()).min(1).max(BATCH_COMMANDS_MAX),
  }),
  status: z.strictObject({ op: z.literal('status'), id: id.optional() }),
  list: z.strictObject({
    op: z.literal('list'),
    state: z.union([states, z.array(states).min(1)]).optional(),
    stuck: z.boolean().optional(),
    groupId: groupId.optional(),
    node: z.string().min(1).optional(),
    /** Only commands accepted at least / at most this long ago. */
    olderThanMs: z.int().min(0).optional(),
    youngerThanMs: z.int().min(0).optional(),
    limit: z.int().min(1).max(LIST_LIMIT_MAX).default(100),
    /** `next` of the page before. */
    cursor: z.string().regex(/^\d{1,15}$/, 'is not a cursor of this daemon').optional(),
  }),
  stats: z.strictObject({ op: z.literal('stats') }),
  retry: z.strictObject({ op: z.literal('retry'), id }),
  cancel: z.strictObject({ op: z.literal('cancel'), id }),
  abandon: z.strictObject({
    op: z.literal('abandon'),
    id,
  }),
  ping: z.strictObject({ op: z.literal('ping') }),
} as const;

export type OperationName = keyof typeof SCHEMAS;
export type CommandRequest = z.output<typeof create> | z.output<typeof remove>;
export type BatchRequest = z.output<(typeof SCHEMAS)['batch']>;
export type ListRequest = z.output<(typeof SCHEMAS)['list']>;
export type StatusRequest = z.output<(typeof SCHEMAS)['status']>;
export type OperatorRequest = z.output<(typeof SCHEMAS)['retry' | 'cancel' | 'abandon']>;
export type Request =
  | CommandRequest
  | BatchRequest
  | ListRequest
  | StatusRequest
  | OperatorRequest
  | z.output<(typeof SCHEMAS)['stats' | 'ping']>;

/** What a client may leave out is left out here. */
export type RequestInput = z.input<(typeof SCHEMAS)[OperationName]>;

export const OPERATION_NAMES = Object.keys(SCHEMAS) as OperationName[];

export type Parsed =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly reply: ErrorReply };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads one frame. Never throws; what is wrong comes back as `invalid_request`. */
export function parseRequest(frame: Uint8Array): Parsed {
  if (frame.length === 0) {
    return fault('the frame is empty', { hint: 'Send one JSON object, like {"op":"ping"}.' });
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(frame));
  } catch (error) {
    const what = error instanceof SyntaxError ? `not JSON: ${error.message}` : 'not UTF-8';
    return fault(`the frame is ${what}`, { hint: 'Send one JSON object, like {"op":"ping"}.' });
  }
  return parseValue(value);
}

/** Reads one command of a batch, or anything else that is JSON already. */
export function parseValue(value: unknown): Parsed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fault('the request is not a JSON object', {
      hint: 'Send one JSON object, like {"op":"ping"}.',
    });
  }
  const op = (value as { op?: unknown }).op;
  if (typeof op !== 'string' || !Object.hasOwn(SCHEMAS, op)) return fault(...unknownOp(op));
  const result = SCHEMAS[op as OperationName].safeParse(value);
  if (result.success) return { ok: true, request: result.data };
  const issue = result.error.issues[0];
  return fault(...(issue === undefined ? ['the request is wrong' as const] : tell(issue, op)));
}

type FaultArguments = [message: string, more?: { field?: string; hint?: string }];

function fault(...[message, more]: FaultArguments): Parsed {
  return { ok: false, reply: errorReply('invalid_request', message, more) };
}

function unknownOp(op: unknown): FaultArguments {
  const known = OPERATION_NAMES.join(', ');
  if (op === undefined) {
    return ['op is missing', { field: 'op', hint: `op is one of ${known}.` }];
  }
  if (typeof op !== 'string') {
    return ['op is not a string', { field: 'op', hint: `op is one of ${known}.` }];
  }
  const near = nearest(op, OPERATION_NAMES);
  const hint = near === undefined ? `op is one of ${known}.` : `Did you mean "${near}"?`;
  return [`unknown op ${JSON.stringify(op.slice(0, 100))}`, { field: 'op', hint }];
}

function tell(issue: z.core.$ZodIssue, op: string): FaultArguments {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = Object.keys(SCHEMAS[op as OperationName].shape);
    const near = nearest(key, known);
    const hint =
      near === undefined ? `${op} knows ${known.join(', ')}.` : `Did you mean "${near}"?`;
    return [
      `unknown field ${JSON.stringify(key.slice(0, 100))}`,
      { field: [...path, key.slice(0, 100)].join('.'), hint },
    ];
  }
  const field = path.join('.');
  return [`${field} ${lower(issue.message)}`, { field }];
}

function lower(message: string): string {
  const text = message.replace(/^Invalid input: /, '').replace(/^(Too (small|big)): /, '$1: ');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The answer to a command, and the parts that other answers are made of, as schemas. */
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors.ts';

export const text = z.string();
export const count = z.number().meta({ type: 'integer', minimum: 0 });
export const time = z.string().meta({ format: 'date-time' });
export const flag = z.literal(true).exactOptional();
const lane = z.enum(['interactive', 'bulk']);
export const operation = z.enum(['create', 'delete']);
export const presence = z.enum(['present', 'absent', 'unknown']);
const settledState = z.enum(['committed', 'rolled_back', 'refused', 'abandoned']);
export const state = z.enum(['accepted', 'applying', 'compensating', ...settledState.options]);
export const reason = z.enum([
  'already_exists',
  'not_found',
  'diverged',
  'different',
  'deadline',
  'node_refused',
  'cancelled',
]);
export const byName = <Value extends z.ZodType>(value: Value) => z.record(text, value);
export const listOf = <Member extends z.ZodType>(member: Member) => z.array(member).readonly();

export const errorBody = z.object({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  message: text,
  hint: text.meta({ description: 'What to do about it.' }),
  field: text.exactOptional().meta({ description: 'Of `invalid_request`: what is wrong.' }),
  retryAfterMs: z.number().exactOptional(),
});

export const error = z
  .object({ id: text.exactOptional(), error: errorBody })
  .meta({ id: 'Error', description: 'An error; `code` is one of the table of the protocol.' });

const nodeOutcome = z.object({
  state: presence,
  attempts: count,
  lastResponse: text.exactOptional(),
  restored: z.enum(['unchanged', 'exact', 'mapped']).exactOptional(),
  dropped: listOf(text).exactOptional(),
  retired: flag,
});

const storyStep = z.object({
  at: time,
  step: z.enum([
    'accepted',
    'waited',
    'began',
    'attempt',
    'left_out',
    'turned',
    'node_turned',
    'stuck',
    'resumed',
    'act',
    'settled',
  ]),
  ms: z.number().exactOptional(),
  for: z.enum(['key', 'landing', 'pause', 'drain', 'breaker', 'slot', 'operator']).exactOptional(),
  command: text.exactOptional(),
  nodes: listOf(text).exactOptional(),
  lane: lane.exactOptional(),
  by: text.exactOptional(),
  node: text.exactOptional(),
  number: count.exactOptional(),
  request: z.enum(['create', 'delete', 'read']).exactOptional(),
  answer: text.exactOptional(),
  detail: text.exactOptional(),
  attempts: byName(byName(count)).exactOptional(),
  steps: count.exactOptional(),
  reason: reason.exactOptional(),
  direction: z.enum(['want', 'prior']).exactOptional(),
  act: text.exactOptional(),
  state: settledState.exactOptional(),
});

export const command = z
  .object({
    id: text,
    op: operation,
    groupId: text,
    askedAs: text.exactOptional(),
    state,
    reason: reason.exactOptional(),
    stuck: flag,
    forwardOnly: flag,
    held: flag,
    parked: flag,
    waitsFor: text.exactOptional(),
    nodes: byName(nodeOutcome).exactOptional(),
    elapsedMs: z.number(),
    record: z.looseObject({}).nullable().exactOptional(),
    story: listOf(storyStep).exactOptional(),
    lane: lane.exactOptional(),
    acceptedAt: time.exactOptional(),
  })
  .meta({ id: 'Command', description: 'A command, settled or as it stands.' });

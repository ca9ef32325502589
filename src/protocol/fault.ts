/**
 * Describes the fault of a request: the field, the expected value, the given value, and the remedy.
 *
 * `parseRequest` uses it to turn the schema library's first finding into `invalid_request`.
 * Repeated text of the client is cut to a bound and made well-formed, so that an error is never
 * larger or stranger than its cause. It does not decide which requests are valid.
 */
import type { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { type ErrorReply, errorReply } from './errors.ts';

/** The longest text of a client that an error repeats, in UTF-16 units. */
const REPEATED_LENGTH_MAX = 100;

const EXAMPLE = 'Send one JSON object as UTF-8 text, like {"op":"ping"}.';

/** The meaning of each field, where the message alone does not show how to correct it. */
const FIELD_HINTS: Readonly<Record<string, string>> = {
  groupId: 'groupId is the key: a string of 1 to 256 characters, like "5".',
  id: 'id is a string of 1 to 200 characters, like "order-17"; a UUID is a good choice.',
  deadlineMs: 'deadlineMs counts milliseconds from acceptance, like 30000.',
  expiresAt:
    'expiresAt is `at` of a recent answer, plus the milliseconds for which the command is useful.',
  record: 'record is a JSON object, like {"email":"ann@example.com"}.',
  ensure: 'ensure is true or false, without quotes.',
  stuck: 'stuck is true or false, without quotes.',
  parked: 'parked is true or false, without quotes.',
  state: 'state is one state, or an array of states; without it, all states match.',
  node: 'node is the name of a node, like "node01".',
  commands: 'commands is an array of create and delete requests.',
  cursor: 'Omit cursor for the first page; then pass `next` of the previous page.',
  limit: 'limit is the number of commands on a page.',
  olderThanMs: 'olderThanMs counts milliseconds back from now, like 60000.',
  youngerThanMs: 'youngerThanMs counts milliseconds back from now, like 60000.',
  filter: 'filter is an object like {"state":"accepted","olderThanMs":60000}; {} is all.',
  after: 'Omit after for the first page; then pass `next` of the previous page.',
  keys: 'keys is an array of 1 to 1,000 keys.',
  repair: 'repair is true or false, without quotes.',
  dryRun: 'dryRun is true or false, without quotes.',
  by: 'by is a string of 1 to 200 characters, like "ann@bastion".',
};

export interface Fault {
  readonly message: string;
  readonly field?: string;
  readonly hint?: string;
}

/** A fault as a reply; `at` is the place of a command in its batch (`commands.3`). */
export function faultReply(fault: Fault, at?: string): ErrorReply {
  const { message, ...more } = fault;
  if (at === undefined) return errorReply('invalid_request', message, more);
  const field = more.field === undefined ? at : `${at}.${more.field}`;
  return errorReply('invalid_request', `${at}: ${message}`, { ...more, field });
}

export function frameFault(what: string, field?: string): Fault {
  return { message: `the request ${what}`, ...(field !== undefined && { field }), hint: EXAMPLE };
}

export function shapeFault(value: unknown): Fault {
  return { message: `the request must be a JSON object, not ${kindOf(value)}`, hint: EXAMPLE };
}

const hints = new WeakMap<readonly string[], string>();

/** Made once: a batch may ask for it ten thousand times. */
function hintOf(operations: readonly string[]): string {
  const hint = hints.get(operations) ?? `op is one of ${operations.join(', ')}.`;
  hints.set(operations, hint);
  return hint;
}

export function operationFault(op: unknown, known: readonly string[]): Fault {
  const hint = hintOf(known);
  if (op === undefined) return { message: 'op is missing', field: 'op', hint };
  if (typeof op !== 'string') {
    return { message: `op must be a string, not ${kindOf(op)}`, field: 'op', hint };
  }
  return { message: `unknown op ${quote(op)}`, field: 'op', hint: suggestion(op, known) ?? hint };
}

/** The fields of a request (under the empty name) and of the objects in it, by their path. */
export type KnownFields = Readonly<Record<string, readonly string[]>>;

/** `value`: the request as it came. */
export function fieldFault(
  issues: readonly z.core.$ZodIssue[],
  request: { readonly op: string; readonly known: KnownFields; readonly value: object },
): Fault {
  // A mistyped name explains the missing one, so it is reported first.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue === undefined) return { message: 'the request is wrong' };
  if (issue.code === 'unrecognized_keys') return unknownField(issue, request);
  return wrongField(issue, { path: [], root: request.value });
}

function unknownField(
  { keys: [key = ''], path }: z.core.$ZodIssueUnrecognizedKeys,
  request: { readonly op: string; readonly known: KnownFields },
): Fault {
  const within = path.map(String).join('.');
  const known = request.known[within] ?? [];
  const owner = within === '' ? request.op : within;
  return {
    message: `unknown field ${quote(key)}`,
    field: within === '' ? cut(key) : `${within}.${cut(key)}`,
    hint: suggestion(key, known) ?? `${owner} knows ${known.join(', ')}.`,
  };
}

/** `path`: of a member that one object holds twice. */
export function repeatFault(path: readonly (string | number)[]): Fault {
  const hint = 'Name each field once: JSON leaves open which of two values counts.';
  const message = `${quote(String(path.at(-1)))} is given twice`;
  return { message, field: cut(path.join('.')), hint };
}

interface FaultPath {
  readonly path: readonly PropertyKey[];
  readonly root: unknown;
}

function wrongField(issue: z.core.$ZodIssue, place: FaultPath): Fault {
  const path = [...place.path, ...issue.path];
  const value = valueAt(place.root, path);
  if (issue.code === 'invalid_union') {
    // `list.state`: one state, or an array of them.
    const inner = issue.errors[Array.isArray(value) ? 1 : 0]?.[0];
    if (inner !== undefined) return wrongField(inner, { ...place, path });
  }
  const field = cut(path.map(String).join('.'));
  const isRecord = path[0] === 'record';
  const name = isRecord ? 'record' : path.findLast((part) => typeof part === 'string');
  const hint = hintFor(issue, value, String(name ?? ''));
  const message =
    value === undefined && !isRecord
      ? `${field} is missing`
      : `${field} ${reasonFor(issue, value)}`;
  return { message, field, ...(hint === undefined ? {} : { hint }) };
}

function hintFor(issue: z.core.$ZodIssue, value: unknown, name: string): string | undefined {
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String);
    const near = typeof value === 'string' ? suggestion(value, known) : undefined;
    return near ?? `${name} is one of ${known.join(', ')}.`;
  }
  if (name === 'groupId' && Number.isSafeInteger(value)) {
    return `Put it in quotes: "groupId":"${String(value)}".`;
  }
  return FIELD_HINTS[name];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
};

function reasonFor(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      const shown = typeof value === 'number' && issue.expected !== 'string';
      const wanted = TYPE_NAMES[issue.expected] ?? issue.expected;
      return `must be ${wanted}, not ${shown ? value : kindOf(value)}`;
    }
    case 'invalid_value':
      return `must be ${orList(issue.values.map((one) => JSON.stringify(one)))}, not ${
        typeof value === 'string' ? quote(value) : kindOf(value)
      }`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}, not ${String(value)}`;
    case 'too_big':
      if (issue.origin === 'string') return `is longer than ${issue.maximum} characters`;
      if (issue.origin === 'array') return `holds more than ${issue.maximum} entries`;
      return `must be at most ${issue.maximum}, not ${String(value)}`;
    default:
      return issue.message;
  }
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function suggestion(typed: string, known: readonly string[]): string | undefined {
  const near = nearest(typed, known);
  return near === undefined ? undefined : `Did you mean "${near}"?`;
}

function orList(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

/** In quotes, cut to a bound. */
export function quote(text: string): string {
  return JSON.stringify(cut(text));
}

function cut(text: string): string {
  const short = text.length > REPEATED_LENGTH_MAX;
  return (short ? `${text.slice(0, REPEATED_LENGTH_MAX)}…` : text).toWellFormed();
}

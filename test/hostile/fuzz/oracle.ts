/**
 * What docs/protocol.md says about a frame: whether the daemon must reject it. Written from that page, not from the
 * daemon's code; where the page leaves a case open, `open` takes either answer.
 */
import { shapeOf } from './json-shape.ts';

/** `right`: to be executed. `wrong`: `invalid_request`. `open`: the page does not say. */
export type Verdict = 'right' | 'wrong' | 'open';

type Json = Record<string, unknown>;
/** Of the value of a field. */
type Rule = (value: unknown) => Verdict;
type Rules = Readonly<Record<string, Rule>>;

const LEVELS_MAX = 100;
const BATCH_MAX = 10_000;
const LIMIT_MAX = 1000;
const DEADLINE_MS_MAX = 86_400_000;
const KEY_MAX = 256;
const ID_MAX = 200;

const is = (isRight: boolean): Verdict => (isRight ? 'right' : 'wrong');
const oneOf =
  (...names: readonly string[]): Rule =>
  (value) =>
    is(typeof value === 'string' && names.includes(value));
const boolean: Rule = (value) => is(typeof value === 'boolean');
/** The page only says what `true` means. */
const flag: Rule = (value) => (value === false ? 'open' : is(value === true));
const text: Rule = (value) => (typeof value === 'string' ? 'open' : 'wrong');
const amount: Rule = (value) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'wrong';
  return Number.isSafeInteger(value) && value >= 0 ? 'right' : 'open';
};
const limit: Rule = (value) => {
  if (typeof value !== 'number') return 'wrong';
  return is(value >= 1 && value <= LIMIT_MAX && Number.isInteger(value));
};
const deadline: Rule = (value) => {
  if (typeof value !== 'number' || value > DEADLINE_MS_MAX) return 'wrong';
  return Number.isInteger(value) && value > 0 ? 'right' : 'open';
};
const id: Rule = (value) => {
  if (typeof value !== 'string' || value === '' || [...value].length > ID_MAX) return 'wrong';
  if (hasControl(value) || !value.isWellFormed()) return 'wrong';
  return value.length > ID_MAX ? 'open' : 'right';
};
const key: Rule = (value) => {
  if (typeof value !== 'string' || value === '' || [...value].length > KEY_MAX) return 'wrong';
  if (hasControl(value) || !value.isWellFormed()) return 'wrong';
  if (value === '.' || value === '..') return 'wrong';
  // The dialect forbids `/`; what is wrong with the id is said first.
  return value.includes('/') ? 'open' : 'right';
};
const eitherOrList =
  (rule: Rule): Rule =>
  (value) => {
    if (!Array.isArray(value)) return rule(value);
    if (value.length === 0) return 'open';
    const judged = all(value.map(rule));
    // More members than there are states.
    return judged === 'right' && new Set(value).size < value.length ? 'open' : judged;
  };

const OPEN_STATES = ['accepted', 'applying', 'compensating'];
const STATES = [...OPEN_STATES, 'committed', 'rolled_back', 'refused', 'abandoned'];
const op: Rule = () => 'right';
const lane = oneOf('interactive', 'bulk');
const by = id;
const selection: Rules = {
  stuck: flag,
  parked: flag,
  groupId: key,
  node: text,
  lane,
  olderThanMs: amount,
  youngerThanMs: amount,
};
const command: Rules = {
  op,
  groupId: key,
  id,
  wait: oneOf('settled', 'accepted'),
  lane,
  deadlineMs: deadline,
  expiresAt: amount,
  ensure: boolean,
  dryRun: boolean,
  ifUnavailable: oneOf('reject', 'wait'),
};
const filter: Rules = {
  ...selection,
  state: eitherOrList(oneOf(...OPEN_STATES)),
  op: oneOf('create', 'delete'),
};
const chosen: Rules = {
  op,
  id,
  filter: (value) => (isJson(value) ? fields(value, filter) : 'wrong'),
  dryRun: boolean,
  limit,
  cursor: text,
  by,
};
export const OPERATIONS: Readonly<Record<string, Rules>> = {
  // The nodes of the fuzz have no place for a record; what is wrong with the id is said first.
  create: { ...command, record: (value) => (isJson(value) ? 'open' : 'wrong') },
  delete: command,
  batch: { op, commands: batch },
  status: { op, id, record: boolean, story: boolean },
  list: {
    op,
    state: eitherOrList(oneOf(...STATES)),
    ...selection,
    idPrefix: text,
    limit,
    cursor: text,
  },
  stats: { op },
  audit: {
    op,
    after: text,
    limit,
    keys: (value) => (Array.isArray(value) ? 'open' : 'wrong'),
    journal: boolean,
    content: boolean,
    repair: boolean,
    right: text,
    unknown: oneOf('leave', 'create', 'delete'),
    by,
  },
  retry: chosen,
  cancel: chosen,
  abandon: chosen,
  restore: { ...chosen, act: oneOf('resume', 'abandon') },
  breaker: { op, node: text, act: oneOf('open', 'close', 'reset'), by },
  node: {
    op,
    node: text,
    act: oneOf('drain', 'undrain', 'retire', 'unretire'),
    dryRun: boolean,
    force: boolean,
    by,
  },
  pause: { op, lane, by },
  resume: { op, lane, by },
  acts: {
    op,
    act: eitherOrList(text),
    who: text,
    on: text,
    outcome: oneOf('done', 'refused', 'unfinished'),
    olderThanMs: amount,
    youngerThanMs: amount,
    limit,
    cursor: text,
  },
  logs: {
    op,
    level: oneOf('error', 'warn', 'info', 'debug'),
    thread: text,
    id,
    limit,
    cursor: text,
  },
  ping: { op },
};

/** @param frame within `frameBytesMax` */
export function verdictOn(frame: Buffer): Verdict {
  const value = parsed(frame);
  return value === undefined ? 'wrong' : verdictOnValue(value);
}

/** Of one command of a batch. */
export function verdictOnCommand(value: unknown): Verdict {
  if (!isJson(value) || !['create', 'delete'].includes(String(own(value, 'op')))) return 'wrong';
  return own(value, 'dryRun') === true ? 'wrong' : verdictOnValue(value);
}

/** The JSON of a frame, if it is one document as the page wants it. */
export function parsed(frame: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(frame);
    const value: unknown = JSON.parse(text);
    const { isRepeated, levels } = shapeOf(text);
    return isRepeated || levels > LEVELS_MAX ? undefined : (value ?? undefined);
  } catch {
    return undefined;
  }
}

function verdictOnValue(value: unknown): Verdict {
  if (!isJson(value)) return 'wrong';
  const name = own(value, 'op');
  if (typeof name !== 'string' || !Object.hasOwn(OPERATIONS, name)) return 'wrong';
  const judged = fields(value, OPERATIONS[name] ?? {});
  return judged === 'wrong' ? 'wrong' : all([judged, together(name, value)]);
}

/** What the fields of a request ask of each other. */
function together(name: string, value: Json): Verdict {
  const has = (field: string): boolean => own(value, field) !== undefined;
  if (name === 'create' || name === 'delete') return is(has('groupId'));
  if (name === 'batch') return is(has('commands'));
  if (name === 'restore' && !has('act')) return 'wrong';
  if (['retry', 'cancel', 'abandon', 'restore'].includes(name)) {
    if (!has('id') && !has('filter')) return 'wrong';
    // By an id: the command may be unknown, settled, or another than the act is for.
    return has('id') ? 'open' : 'right';
  }
  const isOfRetire = name === 'node' && (has('dryRun') || has('force'));
  if (isOfRetire && own(value, 'act') !== 'retire') return 'wrong';
  if (['breaker', 'node'].includes(name) && (has('act') || has('node'))) return 'open';
  if (name === 'audit') return has('keys') || has('journal') || has('right') ? 'open' : 'right';
  if (name === 'status' && (has('record') || has('story')) && !has('id')) return 'open';
  return 'right';
}

function batch(value: unknown): Verdict {
  if (!Array.isArray(value) || value.length > BATCH_MAX) return 'wrong';
  return value.length === 0 ? 'open' : 'right';
}

function fields(value: Json, rules: Rules): Verdict {
  return all(
    Object.entries(value).map(([name, one]) => {
      return Object.hasOwn(rules, name) ? (rules[name]?.(one) ?? 'wrong') : 'wrong';
    }),
  );
}

function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('wrong')) return 'wrong';
  return verdicts.includes('open') ? 'open' : 'right';
}

function hasControl(value: string): boolean {
  return [...value].some((char) => char < ' ' || (char >= '\u007f' && char <= '\u009f'));
}

function own(value: Json, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The requests of the clients of one history, and their times. */
import { SMALL_BODY_MAX } from '../../src/core/stored-bodies.ts';
import type { Prng } from '../core/model/prng.ts';
import type { Chance } from './chance.ts';

/** One request of one client: the text that it sends, once or again. */
export interface Ask {
  readonly number: number;
  readonly at: number;
  /** Its text; a text that is no request is sent as it is. */
  readonly value: AskValue;
  /** Of commands: how long they are wanted; undefined: forever. */
  readonly termMs?: number;
  /** Time from its dating until it reaches the daemon, ms. */
  readonly lateMs: number;
}

export type AskValue =
  | { readonly op: string; readonly id?: string; readonly [field: string]: unknown }
  | string;

interface Mood {
  readonly keys: readonly string[];
  readonly pauseMs: number;
  /** How often the other operation follows. */
  readonly alternation: number;
  readonly hasty: number;
  readonly ensuring: number;
  readonly anonymous: number;
  readonly operators: number;
  readonly repeats: number;
  readonly audits: number;
}

const JUNK = [
  '',
  '{',
  '[]',
  '{"op":"create"}',
  '{"op":"melt","groupId":"5"}',
  '{"op":"delete","groupId":"5","id":7}',
];

export function drawWorkload(
  chance: Chance,
  keys: readonly string[],
  isLong: boolean,
): { asks: Ask[]; lastAt: number } {
  const prng = chance.of('workload');
  const mood: Mood = {
    keys,
    pauseMs: isLong ? 20_000 : prng.pick([3, 30, 200, 1000]),
    alternation: prng.pick([0.5, 0.9, 1]),
    hasty: prng.pick([0, 0, 0.3, 0.7]),
    ensuring: prng.pick([0, 0.2, 0.5]),
    anonymous: prng.pick([0, 0, 0.2]),
    operators: prng.pick([0, 0, 0.3, 0.8]),
    repeats: prng.pick([0, 0.1, 0.4]),
    audits: prng.pick([0, 0, 0, 0.3]),
  };
  const travels = drawTravels(chance);
  const withRecord = drawRecords(chance);
  const asks = drawAsks(prng, mood)
    .concat(drawDrains(chance, mood))
    .map(({ at, value }) => ({ at, value: withRecord(value) }))
    .sort((a, b) => a.at - b.at)
    .map((ask, index) => ({ ...ask, ...travels(ask.value), number: index + 1 }));
  const lastAt = asks.at(-1)?.at ?? 0;
  return { asks: asks.filter(({ number }) => chance.strikes(`ask ${number}`)), lastAt };
}

type Drawn = Pick<Ask, 'at' | 'value'>;

/**
 * How long each request is wanted, and how late it arrives. Drawn apart, so that all other draws
 * stay the same.
 */
function drawTravels(chance: Chance) {
  const prng = chance.of('travels');
  const dated = prng.pick([0, 0.5, 0.9]);
  const late = prng.pick([0, 0.1, 0.4]);
  return (value: AskValue): Pick<Ask, 'termMs' | 'lateMs'> => {
    const isCommand = typeof value !== 'string' && DATABLE.has(value.op);
    const termMs = prng.pick([5, 50, 500, 3000]);
    const lateMs = prng.chance(late) ? prng.pick([20, 300, 2000]) : 0;
    return { lateMs, ...(isCommand && prng.chance(dated) ? { termMs } : {}) };
  };
}

/**
 * In some histories creates have records; a repeat has the record of the first, or now and then another. Drawn
 * apart, so that all other draws stay the same.
 */
function drawRecords(chance: Chance) {
  const prng = chance.of('records');
  const often = prng.pick([0, 0, 0.5, 1]);
  const known = new Map<string, object | undefined>();
  return (value: AskValue): AskValue => {
    if (typeof value === 'string' || value.op !== 'create') return value;
    const drawn = prng.chance(often) ? recordOf(prng.pick([1, 2])) : undefined;
    const id = value.id ?? '';
    const isFirst = !known.has(id) || id === '' || prng.chance(0.1);
    if (isFirst) known.set(id, drawn);
    const record = isFirst ? drawn : known.get(id);
    return record === undefined ? value : { ...value, record };
  };
}

/** The second is too large to stay in memory when a delete finds it. */
function recordOf(n: number): object {
  return { n, text: 'é "x"'.repeat(n === 1 ? 1 : SMALL_BODY_MAX) };
}

const DATABLE: ReadonlySet<string> = new Set(['create', 'delete', 'batch']);

/** In some histories operators drain nodes. Drawn apart, so that the others stay the same. */
function drawDrains(chance: Chance, { pauseMs }: Mood): Drawn[] {
  const prng = chance.of('drains');
  const count = prng.pick([0, 0, 0, 0, 0, 1, 3]);
  return Array.from({ length: count }, () => {
    const node = prng.pick(['node01', 'node02', 'node07']);
    const act = prng.pick(['drain', 'drain', 'undrain']);
    return { at: prng.between(0, 8 * pauseMs), value: { op: 'node', node, act } };
  });
}

function drawAsks(prng: Prng, mood: Mood): Drawn[] {
  const drawn: Drawn[] = [];
  const count = prng.pick([2, 4, 8, 12, 20]);
  const op = new Map(mood.keys.map((key) => [key, prng.pick(['create', 'create', 'delete'])]));
  let at = 0;
  for (let index = 1; index <= count; index++) {
    at += prng.between(0, mood.pauseMs);
    const groupId = prng.pick(mood.keys);
    const value = drawCommand(prng, mood, { index, op: op.get(groupId) ?? '', groupId });
    if (prng.chance(mood.alternation)) op.set(groupId, value.op === 'create' ? 'delete' : 'create');
    drawn.push({ at, value }, ...followers(prng, mood, { at, value }));
  }
  return drawn;
}

type CommandValue = Exclude<AskValue, string>;

function drawCommand(
  prng: Prng,
  mood: Mood,
  { index, op, groupId }: { index: number; op: string; groupId: string },
): CommandValue {
  return {
    ...(prng.chance(mood.anonymous) ? {} : { id: `c${index}` }),
    op,
    groupId,
    ...(prng.chance(mood.ensuring) ? { ensure: true } : {}),
    ...(prng.chance(0.2) ? { wait: 'accepted' } : {}),
    ...(prng.chance(0.3) ? { lane: 'bulk' } : {}),
    ...(prng.chance(0.4) ? { ifUnavailable: 'wait' } : {}),
    ...(prng.chance(mood.hasty) ? { deadlineMs: prng.pick([1, 20, 100, 500, 2000]) } : {}),
  };
}

/** Further requests about a command, after it was sent. */
function followers(
  prng: Prng,
  mood: Mood,
  { at, value }: { at: number; value: CommandValue },
): Drawn[] {
  const { id } = value;
  const drawn: Drawn[] = [];
  const later = (): number => at + prng.between(0, prng.pick([2, 50, 500, 3000]));
  if (prng.chance(0.03)) drawn.push({ at: later(), value: prng.pick(JUNK) });
  if (prng.chance(0.05)) drawn.push({ at: later(), value: bystander(prng, mood) });
  if (prng.chance(mood.operators / 8)) drawn.push({ at: later(), value: sweepOf(prng) });
  if (prng.chance(mood.audits)) drawn.push({ at: later(), value: auditOf(prng, mood) });
  if (prng.chance(mood.operators / 4)) drawn.push({ at: later(), value: standingWord(prng) });
  if (id === undefined) return drawn;
  if (prng.chance(mood.repeats)) {
    const wait = prng.pick(['accepted', 'settled']);
    drawn.push({ at: later(), value: { ...value, wait } });
  }
  if (prng.chance(mood.repeats / 3)) drawn.push({ at: later(), value: changed(prng, value) });
  for (
    let left = prng.chance(mood.operators) ? prng.between(1, prng.pick([2, 8])) : 0;
    left > 0;
    left--
  ) {
    drawn.push({ at: later(), value: { op: prng.pick(OPERATIONS), id } });
  }
  return drawn;
}

const OPERATIONS = ['cancel', 'cancel', 'abandon', 'abandon', 'retry', 'status'];

/** One request about many commands. */
function sweepOf(prng: Prng): CommandValue {
  const filter = prng.pick([{}, { state: 'compensating' }, { stuck: true }, { op: 'delete' }]);
  return { op: prng.pick(['cancel', 'abandon', 'retry']), filter, dryRun: prng.chance(0.3) };
}

function auditOf(prng: Prng, { keys }: Mood): CommandValue {
  const what = prng.chance(0.5) ? { keys } : { limit: 2 };
  const unknown = prng.pick(['leave', 'create', 'delete']);
  return { op: 'audit', ...what, unknown, repair: prng.chance(0.7) };
}

/** A state that stays until an operator ends it. */
function standingWord(prng: Prng): CommandValue {
  if (prng.chance(0.5)) {
    const lane = prng.pick(['interactive', 'bulk', '']);
    return { op: prng.pick(['pause', 'resume']), ...(lane === '' ? {} : { lane }) };
  }
  const node = prng.pick(['node01', 'node02', 'node07']);
  return { op: 'breaker', node, act: prng.pick(['open', 'close', 'reset']) };
}

/** The same id with other content. */
function changed(prng: Prng, value: CommandValue): CommandValue {
  const field = prng.pick(['op', 'groupId', 'ensure']);
  if (field === 'op') return { ...value, op: value.op === 'create' ? 'delete' : 'create' };
  if (field === 'groupId') return { ...value, groupId: 'another' };
  return { ...value, ensure: value['ensure'] !== true };
}

function bystander(prng: Prng, mood: Mood): CommandValue {
  const op = prng.pick(['list', 'status', 'stats', 'ping', 'batch']);
  if (op !== 'batch') return { op };
  const commands = Array.from({ length: 3 }, () => ({
    op: prng.pick(['create', 'delete', 'ping']),
    groupId: prng.pick(mood.keys),
    ...(prng.chance(0.7) ? { id: `b${prng.between(1, 9)}` } : {}),
  }));
  return { op, commands };
}

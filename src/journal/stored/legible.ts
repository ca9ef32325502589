/**
 * Checks everything that comes from the disk: a value that this program never writes means a
 * damaged file. It is reported as such instead of being sent to clients.
 */
import type {
  Direction,
  DurableEntry,
  Lane,
  Operation,
  Presence,
  Reason,
  SagaState,
  SettledState,
} from '../../core/model.ts';
import { JournalError } from '../errors.ts';

type Names<Word extends string> = Readonly<Record<Word, true>>;

const OPERATIONS: Names<Operation> = { create: true, delete: true };
const LANES: Names<Lane> = { interactive: true, bulk: true };
const SETTLED: Names<SettledState> = {
  committed: true,
  rolled_back: true,
  refused: true,
  abandoned: true,
};
const OPEN: Names<Exclude<SagaState, SettledState>> = {
  accepted: true,
  applying: true,
  compensating: true,
};
const REASONS: Names<Reason> = {
  already_exists: true,
  not_found: true,
  diverged: true,
  different: true,
  deadline: true,
  node_refused: true,
  cancelled: true,
};
const PRESENCES: Names<Presence> = { present: true, absent: true };
const BELIEFS: Names<Presence | 'unknown'> = { ...PRESENCES, unknown: true };

const DIRECTIONS: Names<Direction> = { want: true, prior: true };
/** A settlement is in the row of its command. */
const ENTRIES: Names<Exclude<DurableEntry['kind'], 'settled'>> = {
  began: true,
  turned: true,
  node_turned: true,
  stuck: true,
};

const TABLES = {
  op: OPERATIONS,
  lane: LANES,
  'state, being open,': OPEN,
  'state, being settled,': SETTLED,
  reason: REASONS,
  presence: PRESENCES,
  belief: BELIEFS,
  direction: DIRECTIONS,
  entry: ENTRIES,
} as const;

/** @throws JournalError `damaged` if the value is not of this kind */
export function assertKnown(seq: number, kind: keyof typeof TABLES, word: unknown): void {
  if (typeof word === 'string' && Object.hasOwn(TABLES[kind], word)) return;
  throw illegible(seq, `its ${kind} is ${JSON.stringify(word)}`);
}

export function illegible(seq: number, why: string, cause?: unknown): JournalError {
  return new JournalError(`command ${seq} cannot be read back: ${why}`, { code: 'damaged', cause });
}

/** @throws JournalError `damaged` if it is no JSON object */
export function objectOf(seq: number, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw illegible(seq, 'it is not JSON', cause);
  }
  throw illegible(seq, 'it is not a JSON object');
}

/** Rows of the table of operators' acts, and their meaning. */
import { ACT_KINDS, ACT_OUTCOMES } from '../../core/act.ts';
import type { StoredAct } from '../act.ts';
import { JournalError } from '../errors.ts';

export interface ActColumns {
  readonly number: number;
  readonly at: number;
  readonly lived: number;
  readonly kind: string;
  readonly who: string | null;
  readonly proven: 0 | 1;
  readonly door: string;
  readonly target: string | null;
  readonly filter: string | null;
  readonly outcome: string;
  readonly error: string | null;
  readonly matched: number | null;
  readonly results: string | null;
}

/** @throws JournalError `damaged` on a row that this program never writes */
export function actOf(row: ActColumns): StoredAct {
  const { number, at, lived, who, door, target, filter, error, matched } = row;
  const kind = ACT_KINDS.find((one) => one === row.kind);
  const outcome = ACT_OUTCOMES.find((one) => one === row.outcome);
  if (kind === undefined) throw illegibleAct(number, `its kind is ${JSON.stringify(row.kind)}`);
  if (outcome === undefined)
    throw illegibleAct(number, `its outcome is ${JSON.stringify(row.outcome)}`);
  if (Number.isNaN(new Date(at).getTime())) throw illegibleAct(number, `its time is ${at}`);
  if (filter !== null) assertFilter(number, filter);
  return {
    number,
    at,
    lived,
    kind,
    ...(who === null ? {} : { by: who }),
    isProven: row.proven === 1,
    door,
    ...(target === null ? {} : { on: target }),
    ...(filter === null ? {} : { filter }),
    outcome,
    ...(error === null ? {} : { error }),
    ...(matched === null ? {} : { matched }),
    ...(row.results === null ? {} : { results: resultsOf(number, row.results) }),
  };
}

/** Who shows the act parses it again. */
function assertFilter(number: number, text: string): void {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return;
  } catch (cause) {
    throw illegibleAct(number, 'its filter is not JSON', cause);
  }
  throw illegibleAct(number, 'its filter is not a JSON object');
}

function resultsOf(number: number, text: string): Readonly<Record<string, number>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      const counts = Object.entries(value).filter(([, count]) => Number.isSafeInteger(count));
      return Object.fromEntries(counts);
    }
  } catch (cause) {
    throw illegibleAct(number, 'its results are not JSON', cause);
  }
  throw illegibleAct(number, 'its results are not a JSON object');
}

export function illegibleAct(number: number, why: string, cause?: unknown): JournalError {
  return new JournalError(`act ${number} cannot be read back: ${why}`, { code: 'damaged', cause });
}

/** All planted bugs, and their table in docs/testing.md. */
import { ACTS } from './acts.ts';
import { AUDITS } from './audits.ts';
import type { Bug } from './bug.ts';
import { CLOCKS } from './clocks.ts';
import { EXPIRY } from './expiry.ts';
import { FORWARD_ONLY } from './forward-only.ts';
import { MISTAKES } from './mistakes.ts';
import { PARKED } from './parked.ts';
import { RECORDS } from './records.ts';
import { RETIRED } from './retired.ts';
import { RULES } from './rules.ts';

export const BUGS: readonly Bug[] = [
  ...RULES,
  ...FORWARD_ONLY,
  ...MISTAKES,
  ...CLOCKS,
  ...EXPIRY,
  ...AUDITS,
  ...PARKED,
  ...RECORDS,
  ...ACTS,
  ...RETIRED,
];

export function bugTable(): string {
  return ['| bug | broken | seeds | by outcome |', '|---|---|---|---|']
    .concat(BUGS.map(row))
    .join('\n');
}

function row({ name, breaks, seeds, seedsToOutcome }: Bug): string {
  return `| ${name} | ${breaks.join(', ')} | ${seeds} | ${seedsToOutcome ?? '–'} |`;
}

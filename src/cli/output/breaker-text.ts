/** Breakers as text for people. */

import { durationText } from '../../base/time/duration-text.ts';
import type { BreakerView } from '../../protocol/answer.ts';
import { ageText } from '../input/duration.ts';
import { table } from './table.ts';
import { type Colour, plain, type Terminal } from './terminal.ts';

const COLOURS: Readonly<Record<BreakerView['state'], Colour>> = {
  closed: 'green',
  half_open: 'yellow',
  open: 'red',
};

export function breakerTable(
  breakers: Readonly<Record<string, BreakerView>>,
  terminal: Terminal,
): string {
  const isWide = terminal.format === 'wide';
  return table(
    [
      { title: 'node' },
      { title: 'breaker' },
      { title: 'age', align: 'right' },
      ...(isWide ? [{ title: 'since' }] : []),
      { title: 'opened', align: 'right', rank: 3 },
      { title: 'next trial', rank: 1 },
      { title: 'why' },
      { title: 'trials failed', align: 'right', rank: 4 },
      { title: 'last error', rank: 2 },
    ],
    Object.entries(breakers).map(([name, breaker]) => [
      plain(name),
      breakerState(breaker, terminal),
      ageText(Date.now() - Date.parse(breaker.since)),
      ...(isWide ? [breaker.since] : []),
      String(breaker.openings),
      nextTrial(breaker),
      breaker.forced ? 'an operator opened it' : plain(breaker.cause ?? ''),
      breaker.trialsFailed === undefined ? '' : String(breaker.trialsFailed),
      plain(breaker.lastError ?? ''),
    ]),
    terminal.roomFor(),
  );
}

export function breakerState({ state }: BreakerView, terminal: Terminal): string {
  return terminal.paint(COLOURS[state], state.replace('_', '-'));
}

function nextTrial({ state, forced, nextTrialInMs }: BreakerView): string {
  if (forced) return 'never';
  if (nextTrialInMs !== undefined) return `in ${durationText(nextTrialInMs)}`;
  return state === 'half_open' ? 'now' : '';
}

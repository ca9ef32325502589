/** Breakers as text for people. */
import type { BreakerView } from '../../protocol/answer.ts';
import { durationText } from '../input/duration.ts';
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
  return table(
    [
      { title: 'node' },
      { title: 'breaker' },
      { title: 'since' },
      { title: 'opened', align: 'right' },
      { title: 'next trial' },
      { title: 'why' },
      { title: 'trials failed', align: 'right' },
      { title: 'last error' },
    ],
    Object.entries(breakers).map(([name, breaker]) => [
      plain(name),
      breakerState(breaker, terminal),
      breaker.since,
      String(breaker.openings),
      nextTrial(breaker),
      breaker.forced ? 'an operator opened it' : plain(breaker.cause ?? ''),
      breaker.trialsFailed === undefined ? '' : String(breaker.trialsFailed),
      plain(breaker.lastError ?? ''),
    ]),
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

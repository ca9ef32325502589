/** Times: in the reader's zone or in UTC, as chosen, with both on demand. */
import { now } from '../data/live.ts';
import { type Zone, zone } from '../shell/choices.ts';
import { ageText } from '../text/numbers.ts';

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const DAY = { year: 'numeric', month: 'short', day: 'numeric' } as const;
const FORMATS = {
  local: formats(undefined),
  utc: formats('UTC'),
};

interface TimeProps {
  /** ISO 8601, or ms. */
  readonly at: string | number;
}

/** `10:12:31`, with the day if it is not today. */
export function Time({ at }: TimeProps) {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={bothZones(date)}>
      {timeText(date, zone.value, now.value)}
    </time>
  );
}

/** How long ago. */
export function Age({ at }: TimeProps) {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={bothZones(date)} class="number">
      {ageText(now.value - date.getTime())}
    </time>
  );
}

export function clockText(ms: number): string {
  const suffix = zone.value === 'utc' ? ' UTC' : '';
  return FORMATS[zone.value].clock.format(ms) + suffix;
}

function timeText(date: Date, in_: Zone, today: number): string {
  const { clock, day } = FORMATS[in_];
  const suffix = in_ === 'utc' ? ' UTC' : '';
  const isToday = day.format(date) === day.format(today);
  return `${isToday ? '' : `${day.format(date)} `}${clock.format(date)}${suffix}`;
}

function bothZones(date: Date): string {
  const { local, utc } = FORMATS;
  const one = `${local.day.format(date)} ${local.clock.format(date)} local time`;
  return `${one}\n${utc.day.format(date)} ${utc.clock.format(date)} UTC`;
}

function formats(timeZone: string | undefined) {
  const at = timeZone === undefined ? {} : { timeZone };
  return {
    clock: new Intl.DateTimeFormat('en-GB', { ...CLOCK, ...at }),
    day: new Intl.DateTimeFormat('en-GB', { ...DAY, ...at }),
  };
}

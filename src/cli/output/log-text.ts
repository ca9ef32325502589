/** Lines of the daemon's log as text, in the form that the log itself has. */
import type { LogLineView } from '../../protocol/answers/log-lines.ts';
import { type Colour, plain, type Terminal } from './terminal.ts';

const COLOURS: Readonly<Partial<Record<LogLineView['level'], Colour>>> = {
  error: 'red',
  warn: 'yellow',
  debug: 'dim',
};

/** `time thread level message key=value …`. */
export function logLineText(line: LogLineView, terminal: Terminal): string {
  const { time, thread, level, message, fields } = line;
  const members = Object.entries(fields).map(([name, value]) => ` ${name}=${valueText(value)}`);
  const text = `${time} ${thread} ${level} ${message}${members.join('')}`;
  const colour = COLOURS[level];
  return colour === undefined ? plain(text) : terminal.paint(colour, plain(text));
}

function valueText(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@%+,-]+$/.test(value)) return value;
  return JSON.stringify(value);
}

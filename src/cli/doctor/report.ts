/** The findings as text: one line each, the remedy below a problem, a verdict at the end. */
import { type Colour, plain, type Terminal, wrapped } from '../output/terminal.ts';
import type { Finding, Level } from './finding.ts';

const COLOURS: Readonly<Record<Level, Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** A narrower terminal breaks lines itself. */
const ROOM_MIN = 20;

export function report(findings: readonly Finding[], terminal: Terminal): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, message, hint }) => {
    const mark = terminal.paint(COLOURS[level], level.padEnd(4));
    const indent = ' '.repeat(width + 8);
    const detail = hint === undefined ? [message] : [message, hint];
    const room = Math.max(ROOM_MIN, terminal.columns - indent.length);
    const [first = '', ...more] = detail.flatMap((text) => wrapped(plain(text), room));
    return [`${mark}  ${check.padEnd(width)}  ${first}`, ...more.map((line) => indent + line)];
  });
  return [...lines, '', verdict(findings)].join('\n');
}

function verdict(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((each) => each.level === level).length;
  const [failed, warned] = [count('fail'), count('warn')];
  if (failed + warned === 0) return 'All checks passed.';
  return `${failed} failed, ${warned} with a warning, ${count('ok')} passed.`;
}

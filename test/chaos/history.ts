/** All events of one key in the order of time: requests, answers, and the effects on each node. */
import type { Fleet } from './fleet.ts';
import type { Heard } from './heard.ts';

interface Line {
  readonly atMs: number;
  readonly text: string;
}

export function historyOf(
  groupId: string,
  { heard, fleet, logOf }: { heard: Heard; fleet: Fleet; logOf: (app: string) => string },
): readonly string[] {
  const sent = (name: string): readonly Line[] => linesOf(name, logOf(name), groupId);
  return [...clientLines(groupId, heard), ...fleet.names.flatMap(sent)]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `${new Date(atMs).toISOString()} ${text}`);
}

function* clientLines(groupId: string, heard: Heard): Generator<Line> {
  for (const [id, { askedMs, ...asked }] of heard.asked) {
    if (asked.groupId !== groupId) continue;
    yield { atMs: wallOf(askedMs), text: `client asks ${JSON.stringify(asked)}` };
    for (const { atMs, answer } of heard.told.get(id) ?? []) {
      yield { atMs: wallOf(atMs), text: `client hears ${JSON.stringify(answer)}` };
    }
  }
}

/** A node logs the key in the path or body of a request, and when it has executed it. */
function linesOf(name: string, log: string, groupId: string): readonly Line[] {
  const marks = [
    JSON.stringify(groupId),
    `/${encodeURIComponent(groupId)} `,
    `/${encodeURIComponent(groupId)},`,
  ];
  return log
    .split('\n')
    .filter((line) => marks.some((mark) => line.includes(mark)))
    .map((line) => {
      const [time = '', ...rest] = line.split(' ');
      return { atMs: Date.parse(time), text: `${name} ${rest.slice(2).join(' ')}` };
    });
}

function wallOf(monotonicMs: number): number {
  return performance.timeOrigin + monotonicMs;
}

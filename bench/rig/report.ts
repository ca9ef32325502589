/** The figures of a measurement for people. */
import type { Measurement, Run } from './rounds.ts';
import { median, spread } from './statistics.ts';
import { columns, figure, range } from './table.ts';

const HEAD = [
  'in flight',
  'subject',
  'commands/s',
  '(spread)',
  '÷ first',
  '(spread)',
  'p50 ms',
  'p99 ms',
  'cpu µs',
];

/** One line for each load and subject: medians over the rounds, and ratios to the first one. */
export function tableOf({ runs }: Measurement): string {
  const levels = [...new Set(runs.map(({ inFlight }) => inFlight))];
  const names = [...new Set(runs.map(({ subject }) => subject))];
  const rows = levels.flatMap((inFlight) => {
    const of = (name: string) =>
      runs
        .filter((run) => run.subject === name && run.inFlight === inFlight)
        .toSorted((a, b) => a.round - b.round);
    return names.map((name) => line(of(name), of(names[0] ?? '')));
  });
  return columns([HEAD, ...rows], '><>>>>>>>');
}

function line(own: readonly Run[], firsts: readonly Run[]): string[] {
  const speed = spread(own.map(({ perSecond }) => perSecond));
  const ratio = spread(own.map(({ perSecond }, at) => perSecond / (firsts[at]?.perSecond ?? 0)));
  const cpu = median(own.map(({ cpuMicros }) => sum(Object.values(cpuMicros))));
  return [
    String(own[0]?.inFlight),
    own[0]?.subject ?? '',
    speed.median.toFixed(0),
    range(speed),
    ratio.median.toFixed(2),
    `${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)}`,
    figure(median(own.map(({ p50Ms }) => p50Ms))),
    figure(median(own.map(({ p99Ms }) => p99Ms))),
    cpu === 0 ? '?' : cpu.toFixed(0),
  ];
}

/** Processor time per command, by thread: one line for each load and subject. */
export function threadsOf({ runs }: Measurement): string {
  const kinds = new Map(runs.map((run) => [`${run.subject} at ${run.inFlight}`, run]));
  const lines = [...kinds].map(([title, { subject, inFlight }]) => {
    const own = runs.filter((run) => run.subject === subject && run.inFlight === inFlight);
    return `cpu µs a command, ${title} in flight: ${sharesOf(own)}`;
  });
  return lines.join('\n');
}

function sharesOf(own: readonly Run[]): string {
  const names = new Set(own.flatMap(({ cpuMicros }) => Object.keys(cpuMicros)));
  const shares = [...names]
    .map((name) => ({ name, micros: median(own.map(({ cpuMicros }) => cpuMicros[name] ?? 0)) }))
    .filter(({ micros }) => micros >= 1)
    .sort((a, b) => b.micros - a.micros);
  if (shares.length === 0) return 'not told by this system';
  const nodes = median(own.map(({ nodesCpuMicros }) => nodesCpuMicros)).toFixed(0);
  return `${shares.map(({ name, micros }) => `${name} ${micros.toFixed(0)}`).join(', ')}; nodes ${nodes}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

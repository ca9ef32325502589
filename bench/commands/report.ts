/** The figures for people. */
import type { Judged } from './goals.ts';
import type { Machine } from './machine.ts';
import type { Measurement, Run } from './rounds.ts';
import { median, type Spread, spread } from './statistics.ts';

export const WHAT_IT_MEASURES = `\
Creates of new keys on three nodes, one client, one executor, nothing fails. lockstep is the real
daemon: ZeroMQ, SQLite with synchronous=FULL, two durable commits a command. The floor is one thread
that makes the same three POSTs by the same node client: no socket, no journal, no daemon. The nodes
are bare HTTP servers that keep nothing, one process each, so they are not what limits.
Not measured: deletes and surveys, faults and retries, several clients or executors, keys in demand,
a long history, a network. \`cpu\` is the processor time of a contender, client included.
`;

export function summaryOf(machine: Machine, { freeCores, fdatasyncMs }: Measurement): string {
  const { platform, cpu, cores, memoryGib, node } = machine;
  const free = spread(freeCores);
  const sync = spread(fdatasyncMs);
  return [
    `${cores} cores (${cpu}), ${memoryGib} GiB, ${platform}, Node ${node}`,
    `free cores ${range(free, 1)}; one fdatasync ${range(sync, 2)} ms`,
  ].join('\n');
}

/** One line for each load and contender: medians over the rounds, their spread, the ratio. */
export function tableOf({ runs }: Measurement): string {
  const lines = [
    row([
      'in flight',
      'contender',
      'commands/s',
      '(spread)',
      '÷ floor',
      '(spread)',
      'p50 ms',
      'p99 ms',
      'cpu µs',
    ]),
  ];
  const levels = [...new Set(runs.map(({ inFlight }) => inFlight))];
  const names = [...new Set(runs.map(({ contender }) => contender))];
  for (const inFlight of levels) {
    for (const name of names) {
      const own = runs.filter((run) => run.contender === name && run.inFlight === inFlight);
      const floors = runs.filter((run) => run.contender === 'floor' && run.inFlight === inFlight);
      lines.push(line(own, floors));
    }
  }
  return lines.join('\n');
}

function line(own: readonly Run[], floors: readonly Run[]): string {
  const speed = spread(own.map(({ perSecond }) => perSecond));
  const ratio = spread(own.map(({ perSecond }, at) => perSecond / (floors[at]?.perSecond ?? 0)));
  const cpu = median(own.map(({ cpuMicros }) => sum(Object.values(cpuMicros))));
  return row([
    String(own[0]?.inFlight),
    own[0]?.contender ?? '',
    speed.median.toFixed(0),
    `${speed.least.toFixed(0)}–${speed.most.toFixed(0)}`,
    ratio.median.toFixed(2),
    `${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)}`,
    median(own.map(({ p50Ms }) => p50Ms)).toFixed(2),
    median(own.map(({ p99Ms }) => p99Ms)).toFixed(2),
    cpu === 0 ? '?' : cpu.toFixed(0),
  ]);
}

/** Processor time per command, by thread, at one load. */
export function threadsOf({ runs }: Measurement, inFlight: number, contender: string): string {
  const own = runs.filter((run) => run.contender === contender && run.inFlight === inFlight);
  const names = new Set(own.flatMap(({ cpuMicros }) => Object.keys(cpuMicros)));
  const shares = [...names]
    .map((name) => ({ name, micros: median(own.map(({ cpuMicros }) => cpuMicros[name] ?? 0)) }))
    .filter(({ micros }) => micros >= 1)
    .sort((a, b) => b.micros - a.micros);
  if (shares.length === 0) return `cpu µs of ${contender}: not told by this system`;
  const text = shares.map(({ name, micros }) => `${name} ${micros.toFixed(0)}`).join(', ');
  const nodes = median(own.map(({ nodesCpuMicros }) => nodesCpuMicros)).toFixed(0);
  return `cpu µs a command, ${contender} at ${inFlight} in flight: ${text}; its nodes ${nodes}`;
}

export function goalsOf(judged: readonly Judged[], reason: string | undefined): string {
  const lines = judged.map(({ title, unit, must, aim, reached, verdict, contender }) => {
    const value = `${reached.median.toFixed(2)}${unit}`;
    return `${contender}: ${title}: ${value} (${reached.least.toFixed(2)}–${reached.most.toFixed(2)}); must ${must}, aim ${aim}: ${verdict}`;
  });
  if (reason !== undefined) lines.push(`not judged: ${reason}`);
  return lines.join('\n');
}

const WIDTHS = [9, -12, 10, 13, 7, 11, 8, 8, 7];

function row(cells: readonly string[]): string {
  const padded = cells.map((cell, at) => {
    const width = WIDTHS[at] ?? 0;
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  });
  return padded.join('  ');
}

function range({ median: middle, least, most }: Spread, digits: number): string {
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

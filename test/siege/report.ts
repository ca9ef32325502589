/** The result of a siege, and its judgement. */
import { table } from '../../src/cli/output/table.ts';
import type { Seen } from './honest.ts';

const PROBES_MISSED_MAX = 0.02;
const SHOWN_MAX = 5;

/** ms. */
interface Times {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

interface Phase {
  readonly commands: Times;
  readonly questions: Times;
  readonly probes: Times;
  readonly probesFailed: number;
  readonly events: number;
}

export interface Evidence {
  readonly minutes: number;
  readonly seed: number;
  /** Times that p99 may be the p99 of the same load without attack. */
  readonly slowerMax: number;
  readonly calm: Phase;
  readonly besieged: Phase;
  /** By attack. */
  readonly rounds: Readonly<Record<string, number>>;
  readonly pagesOfZeros: number;
  readonly peakBytes: number;
  readonly limitBytes: number;
  /** How often the daemon closed its sockets to free memory. */
  readonly reopened: number;
  readonly keysCompared: number;
  readonly untrue: readonly string[];
  readonly faults: readonly string[];
  /** Events that the honest subscriber heard after the attacks. */
  readonly eventsAfter: number;
  readonly troubles: readonly string[];
  /** Of the daemon. */
  readonly output: string;
}

export interface Report extends Evidence {
  /** Sentences; none if every bound held. */
  readonly broken: readonly string[];
}

export function timesOf(seen: Seen | undefined): Phase {
  return {
    commands: times(seen?.commands ?? []),
    questions: times(seen?.questions ?? []),
    probes: times(seen?.probes ?? []),
    probesFailed: seen?.probesFailed ?? 0,
    events: seen?.events ?? 0,
  };
}

function times(all: readonly number[]): Times {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), slowest: at(1) };
}

export function judged(evidence: Evidence): Report {
  const { calm, besieged, peakBytes, limitBytes, untrue, faults, troubles } = evidence;
  const broken: string[] = [];
  const judge = (isSound: boolean, text: string): void => {
    if (!isSound) broken.push(text);
  };
  judge(peakBytes < limitBytes, `the daemon took ${mib(peakBytes)} of ${mib(limitBytes)} MiB`);
  for (const kind of ['commands', 'questions'] as const) {
    const [most, is] = [evidence.slowerMax * calm[kind].p99, besieged[kind].p99];
    judge(besieged[kind].count > 0, `no ${kind} of honest clients were answered`);
    judge(is <= most, `p99 of honest ${kind} was ${is} ms, at most ${most} were allowed`);
  }
  const { probes, probesFailed } = besieged;
  judge(
    probesFailed <= PROBES_MISSED_MAX * (probes.count + probesFailed),
    `${probesFailed} of ${probes.count + probesFailed} health probes failed`,
  );
  judge(evidence.keysCompared > 0, 'no key was compared');
  judge(evidence.eventsAfter > 0, 'the honest subscriber heard nothing after the attacks');
  for (const [name, rounds] of Object.entries(evidence.rounds)) {
    judge(rounds > 0, `the attack "${name}" was not made`);
  }
  for (const list of [untrue, faults, troubles]) {
    broken.push(...list.slice(0, SHOWN_MAX));
    judge(list.length <= SHOWN_MAX, `… and ${list.length - SHOWN_MAX} more`);
  }
  return { ...evidence, broken };
}

export function reportText(report: Report): string {
  const { calm, besieged, broken, seed, minutes } = report;
  const row = (name: string, one: Times, other: Times): string[] => [
    name,
    ...[one, other].flatMap(({ count, p50, p99, slowest }) =>
      [count, p50, p99, slowest].map(String),
    ),
  ];
  const numbers = ['calm', 'p50', 'p99', 'most', 'under attack', 'p50', 'p99', 'most'];
  return [
    table(
      [{ title: 'attack' }, { title: 'rounds', align: 'right' }],
      Object.entries(report.rounds).map(([name, rounds]) => [name, String(rounds)]),
    ),
    '',
    table(
      [{ title: 'honest, ms' }, ...numbers.map((title) => ({ title, align: 'right' as const }))],
      (['commands', 'questions', 'probes'] as const).map((kind) =>
        row(kind, calm[kind], besieged[kind]),
      ),
    ),
    '',
    `memory, greatest         ${mib(report.peakBytes)} of ${mib(report.limitBytes)} MiB`,
    `sockets opened again     ${report.reopened}`,
    `pages of zeros           ${report.pagesOfZeros}`,
    `health probes missed     ${besieged.probesFailed}`,
    `events heard             ${calm.events} without attack, ${besieged.events} under attack`,
    `keys compared            ${report.keysCompared}, on every node`,
    '',
    ...broken.map((text) => `BROKEN ${text}`),
    broken.length === 0
      ? `held: ${minutes} minutes of siege, seed ${seed}`
      : `broken: ${broken.length} bounds, seed ${seed}`,
  ].join('\n');
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

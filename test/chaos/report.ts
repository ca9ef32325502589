/** The result of a chaos run, for people and for programs. */
import { table } from '../../src/cli/output/table.ts';
import type { Violation } from './checker.ts';
import type { Recovery } from './recoveries.ts';

export interface Report {
  readonly verdict: 'sound' | 'violated';
  readonly seed: number;
  readonly minutes: number;
  /** Faults of the processes, the network, the disk and the clock, by kind. */
  readonly faults: readonly Recovery[];
  /** Requests that reached a node although the daemon had given them up. */
  readonly lateRequests: number;
  /** The range of the daemon's wall clock. */
  readonly clockSpreadMs: number;
  /** Calls with a fault of the simulators, by kind. */
  readonly spoiledCalls: Readonly<Record<string, number>>;
  readonly commands: {
    readonly asked: number;
    readonly byState: Readonly<Record<string, number>>;
    readonly byReason: Readonly<Record<string, number>>;
    readonly putOff: Readonly<Record<string, number>>;
  };
  readonly answersChecked: number;
  readonly cancels: number;
  /** From the first request until a client received the outcome. */
  readonly longestAnswerMs: number;
  readonly longestSilenceMs: number;
  /** From the end of the faults until all commands were settled. */
  readonly settledAfterMs: number;
  /** Number of times that the breaker of a node opened, and closed. */
  readonly breakers: Readonly<Record<string, number>>;
  /** Ends of the daemon without a kill, by its last log line. */
  readonly ownEnds: Readonly<Record<string, number>>;
  /** Faults that cannot be caused here, and the reasons. */
  readonly notPossible: readonly string[];
  readonly violations: readonly Violation[];
  /** The folder of the kept journal, logs and records. */
  readonly kept?: string;
}

export function reportText(report: Report): string {
  const { seed, minutes, commands, violations, kept } = report;
  const faults = report.faults.map(({ kind, count, longestMs }) => [
    kind,
    String(count),
    `${longestMs} ms`,
  ]);
  return [
    table(
      [
        { title: 'fault survived' },
        { title: 'times', align: 'right' },
        { title: 'longest until a command was done', align: 'right' },
      ],
      faults,
    ),
    '',
    `calls spoiled by the nodes  ${counts(report.spoiledCalls)}`,
    `requests that came late     ${report.lateRequests}`,
    `the clock was apart by      ${Math.round(report.clockSpreadMs / 60_000)} minutes`,
    `commands                    ${commands.asked}: ${counts(commands.byState)}`,
    `  not committed because     ${counts(commands.byReason)}`,
    `  not accepted at first     ${counts(commands.putOff)}`,
    `answers checked             ${report.answersChecked}, of cancels ${report.cancels}`,
    `ends of its own             ${counts(report.ownEnds)}`,
    `longest for an answer       ${report.longestAnswerMs} ms`,
    `breakers                    ${counts(report.breakers)}`,
    `longest without a commit    ${report.longestSilenceMs} ms`,
    `all settled after the end   ${report.settledAfterMs} ms`,
    ...report.notPossible.map((text) => `NOT DONE HERE               ${text}`),
    ...(kept === undefined ? [] : [`kept in                     ${kept}`]),
    '',
    ...violations.map(({ text }) => `VIOLATION ${text}`),
    violations.length === 0
      ? `sound: ${minutes} minutes of chaos, seed ${seed}, no violation`
      : `violated: ${violations.length} violations, seed ${seed}`,
  ].join('\n');
}

function counts(by: Readonly<Record<string, number>>): string {
  const parts = Object.entries(by).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([name, count]) => `${name} ${count}`).join(', ');
}

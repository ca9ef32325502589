/** The summary of a bulk run, as text. */

import { durationText } from '../../base/time/duration-text.ts';
import { type Fault, faultJson } from '../fault.ts';
import { indent, table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import type { Tally } from './tally.ts';

export interface BulkRun {
  readonly op: 'create' | 'delete';
  readonly isDryRun?: boolean;
  readonly tally: Tally;
  readonly elapsedMs: number;
  /** Every key was sent. */
  readonly isWhole: boolean;
  /** Number of keys; undefined if the input was not read to its end. */
  readonly total: number | undefined;
}

/** The last line of a run with --json. */
export function bulkJson(
  { op, isDryRun, tally, elapsedMs, isWhole, total }: BulkRun,
  fault?: Fault,
) {
  const percentile = (share: number) => roundedMs(tally.percentileMs(share));
  return {
    summary: {
      op,
      ...(isDryRun === true ? { dryRun: true } : {}),
      keys: total ?? null,
      done: tally.done,
      failed: tally.failed,
      notSent: total === undefined ? null : total - tally.total,
      complete: isWhole,
      outcomes: Object.fromEntries(tally.outcomes),
      elapsedMs: Math.round(elapsedMs),
      p50Ms: percentile(50),
      p99Ms: percentile(99),
      ...(fault === undefined ? {} : { error: faultJson(fault).error }),
    },
  };
}

function roundedMs(ms: number | undefined): number | null {
  return ms === undefined ? null : Number(ms.toFixed(1));
}

export function bulkSummary(run: BulkRun, terminal: Terminal): string {
  const parts = [summaryLine(run, terminal)];
  const { tally } = run;
  if (tally.total > 0) parts.push(indent(outcomes(tally)));
  if (tally.failures.length > 0) parts.push(failures(tally, terminal.roomFor({ indent: 2 })));
  if (tally.failures.length > 0 && run.isDryRun !== true) parts.push(nextSteps(tally));
  if (run.isDryRun === true) parts.push('Nothing was changed.');
  return parts.join('\n\n');
}

function summaryLine(run: BulkRun, terminal: Terminal): string {
  const { op, tally, elapsedMs, isWhole, total = tally.total } = run;
  const perSecond = Math.round(tally.total / Math.max(elapsedMs / 1000, 0.001));
  const good = tally.failed === 0 && isWhole;
  const done = terminal.paint(
    good ? 'green' : 'red',
    `${tally.done} of ${total} ${run.isDryRun === true ? 'would be done' : 'done'}`,
  );
  const speed = [`in ${durationText(elapsedMs)} (${perSecond}/s)`];
  for (const percentile of [50, 99]) {
    const ms = tally.percentileMs(percentile);
    if (ms !== undefined) speed.push(`p${percentile} ${durationText(ms)}`);
  }
  return `${op}: ${done}${isWhole ? '' : early(run)} ${speed.join(', ')}`;
}

function early({ tally, total }: BulkRun): string {
  const rest =
    total === undefined ? 'the rest of the keys was not read' : `${total - tally.total} not sent`;
  return `, stopped early (${rest}),`;
}

function outcomes(tally: Tally): string {
  const rows = [...tally.outcomes].sort(([, a], [, b]) => b - a);
  return table(
    [{ title: 'outcome' }, { title: 'count', align: 'right' }],
    rows.map(([outcome, count]) => [outcome, String(count)]),
  );
}

function failures(tally: Tally, room: number): string {
  const shown = tally.failures.length;
  const title =
    tally.failed > shown ? `The first ${shown} of ${tally.failed} not done:` : 'Not done:';
  const rows = tally.failures.map(({ key, outcome, why }) => [plain(key), outcome, plain(why)]);
  return `${title}\n${indent(table([{ title: 'key' }, { title: 'outcome' }, { title: 'why' }], rows, room))}`;
}

function nextSteps(tally: Tally): string {
  const id = tally.failures.find((failure) => failure.id !== undefined)?.id;
  const steps = ['lockstep list --state rolled_back,refused --younger-than 10m', 'lockstep stats'];
  if (id !== undefined) steps.unshift(`lockstep status ${id}`);
  return `Look next:\n${indent(steps.join('\n'))}`;
}

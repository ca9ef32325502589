/** What a bulk run came to, in words. */
import { durationText } from './duration.ts';
import { indent, table } from './table.ts';
import type { Tally } from './tally.ts';
import { plain, type Terminal } from './terminal.ts';

export interface BulkRun {
  readonly op: 'create' | 'delete';
  readonly tally: Tally;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

export function bulkSummary(run: BulkRun, terminal: Terminal): string {
  const parts = [summaryLine(run, terminal)];
  const { tally } = run;
  if (tally.total > 0) parts.push(indent(outcomes(tally)));
  if (tally.failures.length > 0) parts.push(failures(tally), nextSteps(tally));
  return parts.join('\n\n');
}

function summaryLine({ op, tally, elapsedMs, interrupted }: BulkRun, terminal: Terminal): string {
  const perSecond = Math.round(tally.total / Math.max(elapsedMs / 1000, 0.001));
  const good = tally.failed === 0 && !interrupted;
  const done = terminal.paint(good ? 'green' : 'red', `${tally.done} of ${tally.total} done`);
  const speed = [`in ${durationText(elapsedMs)} (${perSecond}/s)`];
  for (const percentile of [50, 99]) {
    const ms = tally.percentileMs(percentile);
    if (ms !== undefined) speed.push(`p${percentile} ${durationText(ms)}`);
  }
  return `${op}: ${done}${interrupted ? ', stopped early,' : ''} ${speed.join(', ')}`;
}

function outcomes(tally: Tally): string {
  const rows = [...tally.outcomes].sort(([, a], [, b]) => b - a);
  return table(
    [{ title: 'outcome' }, { title: 'count', align: 'right' }],
    rows.map(([outcome, count]) => [outcome, String(count)]),
  );
}

function failures(tally: Tally): string {
  const shown = tally.failures.length;
  const title =
    tally.failed > shown ? `The first ${shown} of ${tally.failed} not done:` : 'Not done:';
  const rows = tally.failures.map(({ key, outcome, why }) => [plain(key), outcome, plain(why)]);
  return `${title}\n${indent(table([{ title: 'key' }, { title: 'outcome' }, { title: 'why' }], rows))}`;
}

function nextSteps(tally: Tally): string {
  const id = tally.failures.find((failure) => failure.id !== undefined)?.id;
  const steps = ['lockstep list --state rolled_back,refused --younger-than 10m', 'lockstep stats'];
  if (id !== undefined) steps.unshift(`lockstep status ${id}`);
  return `Look next:\n${indent(steps.join('\n'))}`;
}

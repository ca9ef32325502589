/** `status` of the daemon: its open commands, nodes and threads. */
import { type Distribution, joined } from '../../base/measure/distribution.ts';
import type { NodeReport, SummaryAnswer } from '../../protocol/answer.ts';
import type { NodeFigures } from '../../protocol/work.ts';
import { missingNodes } from '../nodes/missing-nodes.ts';
import type { Respond } from '../ports.ts';
import type { RequestContext } from '../requests/context.ts';
import { lanesOf } from './queries.ts';

const REPORT_TIMEOUT_MS = 2000;

/** Reports of one executor, by node. */
type NodeReports = Readonly<Record<string, NodeFigures>>;

/** Asks every executor; those that do not answer in time are left out. */
export function summarize(context: RequestContext, respond: Respond<SummaryAnswer>): void {
  const { ports, questions, options } = context;
  const reports = new Map<number, NodeReports>();
  let missing = options.executors;
  for (let executor = 0; executor < options.executors; executor++) {
    const ticket = questions.ask(ports.now() + REPORT_TIMEOUT_MS, (value) => {
      if (value?.of === 'report') reports.set(executor, value.nodes);
      if (--missing === 0) respond(summary(context, reports));
    });
    ports.order(executor, { kind: 'report', ticket });
  }
}

/** @param reports by executor that answered in time, from 0 */
function summary(
  context: RequestContext,
  reports: ReadonlyMap<number, NodeReports>,
): SummaryAnswer {
  const { ports, commands, intake, options, breakers, drains, retirements, latencies } = context;
  const { lanes } = lanesOf(context);
  const answered = [...reports.keys()].sort((a, b) => a - b);
  const of = (name: string): readonly NodeFigures[] =>
    [...reports.values()].flatMap((nodes) => nodes[name] ?? []);
  const durations = Object.keys(breakers.views).map(
    (name) => [name, durationsOf(of(name))] as const,
  );
  latencies.update(new Map(durations.filter(isKnown)), ports.now());
  let compensating = 0;
  let stuck = 0;
  let held = 0;
  let parked = 0;
  for (const open of commands.registry.all()) {
    if (open.state === 'compensating') compensating++;
    if (open.stuck) stuck++;
    if (open.stage === 'restored') held++;
    if (open.stage === 'parked') parked++;
  }
  return {
    version: options.version,
    pid: options.pid,
    journalId: ports.journal.id,
    uptimeMs: Math.round(ports.now() - context.startedAt),
    state: intake.isDraining ? 'draining' : 'running',
    ...intake.accepting,
    open: commands.registry.size,
    openMax: options.openMax,
    compensating,
    stuck,
    ...(held === 0 ? {} : { held }),
    ...(parked === 0 ? {} : { parked }),
    lanes,
    settled: commands.settledCounts.byState,
    threads: ['main', 'coordinator', ...answered.map((index) => `executor-${index + 1}`)],
    nodes: Object.fromEntries(
      Object.entries(breakers.views).map(([name, breaker]) => {
        const drained = drains.all.get(name);
        const retired = retirements.at(name);
        const latencyMs = latencies.of(name);
        const node = {
          ...total(of(name)),
          ...(latencyMs === undefined ? {} : { latencyMs }),
          breaker,
          ...(drained === undefined ? {} : { drained }),
          ...(retired === undefined ? {} : { retired }),
        };
        return [name, node];
      }),
    ),
    ...missingOf(context),
    ...(options.nodesBefore === undefined ? {} : { nodesBefore: options.nodesBefore }),
    ...(context.isSupervised() ? {} : { unsupervised: true }),
    ...(options.isUnprotected ? { unprotected: true } : {}),
    ...listFaultOf(ports.clientListFault?.()),
    ...auditOf(context),
  };
}

function listFaultOf(clientListFault: string | undefined): Pick<SummaryAnswer, 'clientListFault'> {
  return clientListFault === undefined ? {} : { clientListFault };
}

function missingOf({
  commands,
  options,
  retirements,
}: RequestContext): Pick<SummaryAnswer, 'missingNodes'> {
  const counts = missingNodes(commands.registry.all(), options.nodeNames, retirements);
  return Object.keys(counts).length === 0 ? {} : { missingNodes: counts };
}

function auditOf({
  divergence,
  regularAudit,
}: RequestContext): Pick<SummaryAnswer, 'audit' | 'regularAudit'> {
  const { summary } = divergence;
  const view = regularAudit();
  const regular = view === undefined ? {} : { regularAudit: view };
  if (summary === undefined) return regular;
  const finishedAt = new Date(summary.finishedAt).toISOString();
  return { audit: { divergent: summary.divergent, finishedAt }, ...regular };
}

/** The sum of all executors' reports on one node. */
function total(reports: readonly NodeReport[]): NodeReport {
  const answers: Record<string, number> = {};
  for (const report of reports) {
    for (const [kind, count] of Object.entries(report.answers)) {
      answers[kind] = (answers[kind] ?? 0) + count;
    }
  }
  const lastFailure = reports.find((report) => report.lastFailure !== undefined)?.lastFailure;
  const running = sumOf(reports.map((report) => report.running));
  const runningMax = sumOf(reports.map((report) => report.runningMax));
  return {
    calls: reports.reduce((sum, { calls }) => sum + calls, 0),
    answers,
    ...(lastFailure === undefined ? {} : { lastFailure }),
    ...(running === undefined ? {} : { running }),
    ...(runningMax === undefined ? {} : { runningMax }),
  };
}

/** Undefined: none is known. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

function durationsOf(reports: readonly NodeFigures[]): Distribution | undefined {
  return joined(reports.flatMap(({ durations }) => (durations === undefined ? [] : [durations])));
}

function isKnown(
  of: readonly [name: string, durations: Distribution | undefined],
): of is readonly [name: string, durations: Distribution] {
  return of[1] !== undefined;
}

/**
 * `/metrics`, as Prometheus reads them: the figures of the process and its threads, and the
 * coordinator's latest totals since the start of this process. docs/operate/monitor.md has one row
 * for each metric; a test compares.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Figures } from '../../protocol/figures.ts';
import type { DaemonStatus } from '../daemon-status.ts';
import { DistributionHistogram } from './distribution-histogram.ts';
import { OF_THE_NODES } from './node-metrics.ts';
import { ofFigures } from './of-figures.ts';
import { type PortCounts, portDefinitions } from './port-metrics.ts';
import { type Definition, OF_THE_PROCESS, type Sample, SECOND_MS } from './process-metrics.ts';

/**
 * prom-client's histogram of the event loop wakes an idle process a hundred times a second, which
 * is half of the daemon's idle cost; the figures of each thread say more. The histogram can't be
 * removed, only slowed down.
 */
const RARELY_MS = 60 * 60 * 1000;
const LOOP_HISTOGRAM = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (part) => `nodejs_eventloop_lag_${part}_seconds`,
);

export function openMetrics(status: () => DaemonStatus, ofThePort: PortCounts): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: RARELY_MS });
  for (const name of LOOP_HISTOGRAM) registry.removeSingleMetric(name);
  for (const definition of [
    ...OF_THE_PROCESS,
    ...portDefinitions(ofThePort),
    ...OF_THE_WORK,
    ...OF_THE_NODES,
  ]) {
    const { kind, name, help, labels = [], read } = definition;
    const shape = { name, help, labelNames: [...labels], registers: [registry] };
    const samples = () => read(status());
    if (kind === 'gauge') {
      const gauge: Gauge = new Gauge({
        ...shape,
        collect: () => {
          forget(gauge, labels);
          for (const sample of samples()) gauge.set({ ...sample.labels }, sample.value);
        },
      });
    } else {
      const counter: Counter = new Counter({
        ...shape,
        collect: () => {
          forget(counter, labels);
          for (const sample of samples()) counter.inc({ ...sample.labels }, sample.value);
        },
      });
    }
  }
  openHistograms(registry, () => status().figures?.latest);
  return registry;
}

/** A metric without labels would be reset to 0; an unknown value must not be shown. */
function forget(metric: Gauge | Counter, labels: readonly string[]): void {
  metric.reset();
  if (labels.length === 0) metric.remove();
}

function openHistograms(registry: Registry, figures: () => Figures | undefined): void {
  new DistributionHistogram(registry, {
    name: 'lockstep_command_duration_seconds',
    help: 'Time from the acceptance of a command to its settlement.',
    labels: ['op', 'lane', 'outcome'],
    divisor: SECOND_MS,
    read: () =>
      (figures()?.commands ?? []).map(({ durations, ...labels }) => ({ labels, of: durations })),
  });
  new DistributionHistogram(registry, {
    name: 'lockstep_journal_commit_duration_seconds',
    help: 'Duration of one commit to the journal.',
    divisor: SECOND_MS,
    read: () => only(figures()?.commitDurations),
  });
  new DistributionHistogram(registry, {
    name: 'lockstep_journal_commit_writes',
    help: 'Writes in one commit: commands accepted, begun, turned back, settled.',
    divisor: 1,
    read: () => only(figures()?.commitWrites),
  });
}

function only<Value>(of: Value | undefined): { readonly labels: object; readonly of: Value }[] {
  return of === undefined ? [] : [{ labels: {}, of }];
}

/** Of the coordinator's figures. */
const OF_THE_WORK: readonly Definition[] = [
  ofFigures('gauge', {
    name: 'lockstep_commands_open',
    help: 'Commands that are not settled.',
    read: ({ summary }) => [{ value: summary.open }],
  }),
  ofFigures('gauge', {
    name: 'lockstep_commands_compensating',
    help: 'Commands that are being rolled back.',
    read: ({ summary }) => [{ value: summary.compensating }],
  }),
  ofFigures('gauge', {
    name: 'lockstep_commands_stuck',
    help: 'Commands that are stuck: they are retried until they succeed.',
    read: ({ summary }) => [{ value: summary.stuck }],
  }),
  ofFigures('gauge', {
    name: 'lockstep_commands_parked',
    help: 'Commands that crashed the daemon and are no longer run.',
    read: ({ summary }) => [{ value: summary.parked ?? 0 }],
  }),
  ofFigures('gauge', {
    name: 'lockstep_divergent_keys',
    help: 'Keys that differed between nodes or from the journal in the last audit.',
    read: ({ summary }) => only(summary.audit).map(({ of }) => ({ value: of.divergent })),
  }),
  ofFigures('gauge', {
    name: 'lockstep_audit_timestamp_seconds',
    help: 'Time at which the last audit of all keys ended.',
    read: ({ summary }) =>
      only(summary.audit).map(({ of }) => ({ value: Date.parse(of.finishedAt) / SECOND_MS })),
  }),
  ofFigures('gauge', {
    name: 'lockstep_lane_waiting',
    help: 'Commands that wait for their key or a free slot.',
    labels: ['lane'],
    read: ({ summary }) => byLane(summary, 'waiting'),
  }),
  ofFigures('gauge', {
    name: 'lockstep_lane_running',
    help: 'Commands that an executor is working on.',
    labels: ['lane'],
    read: ({ summary }) => byLane(summary, 'running'),
  }),
  ofFigures('gauge', {
    name: 'lockstep_lane_paused',
    help: '1 while an operator has paused the lane.',
    labels: ['lane'],
    read: ({ summary }) =>
      Object.entries(summary.lanes).map(([lane, { paused }]) => ({
        labels: { lane },
        value: paused === undefined ? 0 : 1,
      })),
  }),
  ofFigures('counter', {
    name: 'lockstep_answered_errors_total',
    help: 'Answers to clients that were errors.',
    labels: ['code'],
    read: ({ errors }) =>
      Object.entries(errors).map(([code, value]) => ({ labels: { code }, value })),
  }),
  ofFigures('counter', {
    name: 'lockstep_replies_dropped_total',
    help: 'Replies that could not be delivered: the client had disconnected, or did not read.',
    read: ({ repliesDropped }) => [{ value: repliesDropped }],
  }),
  ofFigures('counter', {
    name: 'lockstep_clients_cut_total',
    help: 'Clients that did not read their replies and were not served until they did.',
    read: ({ clientsCut }) => [{ value: clientsCut }],
  }),
  ofFigures('counter', {
    name: 'lockstep_connections_refused_total',
    help: 'Connections to the sockets for clients and subscribers that were refused, by reason.',
    labels: ['reason'],
    read: ({ connectionsRefused }) =>
      Object.entries(connectionsRefused).map(([reason, value]) => ({ labels: { reason }, value })),
  }),
  ofFigures('gauge', {
    name: 'lockstep_unprotected',
    help: '1 if other machines can reach the sockets and nothing protects them.',
    read: ({ summary }) => [{ value: summary.unprotected === true ? 1 : 0 }],
  }),
  ofFigures('gauge', {
    name: 'lockstep_client_list_faulty',
    help: '1 if the file of the list of clients cannot be used: the last list stays in force.',
    read: ({ summary }) => [{ value: summary.clientListFault === undefined ? 0 : 1 }],
  }),
  ofFigures('counter', {
    name: 'lockstep_client_list_faults_total',
    help: 'Changes of the file of the list of clients that could not be used.',
    read: ({ clientListFaults }) => [{ value: clientListFaults }],
  }),
  ofFigures('counter', {
    name: 'lockstep_journal_damaged_reads_total',
    help: 'Reads of the journal that met damage: see lockstep journal check.',
    read: ({ damagedReads }) => [{ value: damagedReads }],
  }),
];

function byLane({ lanes }: Figures['summary'], stage: 'waiting' | 'running'): readonly Sample[] {
  return Object.entries(lanes).map(([lane, counts]) => ({
    labels: { lane },
    value: counts[stage],
  }));
}

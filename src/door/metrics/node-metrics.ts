/** The metrics of each node, from the coordinator's figures: its calls, its answers, its breaker. */
import type { NodeStatus } from '../../protocol/answer.ts';
import type { Figures } from '../../protocol/figures.ts';
import { ofFigures } from './of-figures.ts';
import { type Definition, type Sample, SECOND_MS } from './process-metrics.ts';

/** The state of a breaker as a number, from closed to open. */
const BREAKER_STATES = { closed: 0, half_open: 1, open: 2 } as const;

export const OF_THE_NODES: readonly Definition[] = [
  ofFigures('counter', {
    name: 'lockstep_node_calls_total',
    help: 'HTTP calls to a node.',
    labels: ['node'],
    read: ({ summary }) =>
      Object.entries(summary.nodes).map(([node, { calls }]) => ({
        labels: { node },
        value: calls,
      })),
  }),
  ofFigures('counter', {
    name: 'lockstep_node_answers_total',
    help: 'HTTP calls to a node, by result.',
    labels: ['node', 'kind'],
    read: ({ summary }) =>
      Object.entries(summary.nodes).flatMap(([node, { answers }]) =>
        Object.entries(answers).map(([kind, value]) => ({ labels: { node, kind }, value })),
      ),
  }),
  ofFigures('gauge', {
    name: 'lockstep_node_running',
    help: 'HTTP calls that run with a node now.',
    labels: ['node'],
    read: ({ summary }) => byNode(summary, ({ running }) => running),
  }),
  ofFigures('gauge', {
    name: 'lockstep_node_running_max',
    help: 'HTTP calls that may run with a node at once.',
    labels: ['node'],
    read: ({ summary }) => byNode(summary, ({ runningMax }) => runningMax),
  }),
  ofFigures('gauge', {
    name: 'lockstep_node_latency_p50_seconds',
    help: 'Half of the answers of a node in the last 10 to 20 s came sooner.',
    labels: ['node'],
    read: ({ summary }) => byNode(summary, ({ latencyMs }) => secondsOf(latencyMs?.p50)),
  }),
  ofFigures('gauge', {
    name: 'lockstep_node_latency_p99_seconds',
    help: '99 of 100 answers of a node in the last 10 to 20 s came sooner.',
    labels: ['node'],
    read: ({ summary }) => byNode(summary, ({ latencyMs }) => secondsOf(latencyMs?.p99)),
  }),
  ofFigures('gauge', {
    name: 'lockstep_node_drained',
    help: '1 while an operator has drained the node: new commands wait.',
    labels: ['node'],
    read: ({ summary }) =>
      Object.entries(summary.nodes).map(([node, { drained }]) => ({
        labels: { node },
        value: drained === undefined ? 0 : 1,
      })),
  }),
  ofFigures('gauge', {
    name: 'lockstep_node_retired',
    help: '1 while a node that an operator has retired is still configured: new commands are refused.',
    labels: ['node'],
    read: ({ summary }) =>
      Object.entries(summary.nodes).map(([node, { retired }]) => ({
        labels: { node },
        value: retired === undefined ? 0 : 1,
      })),
  }),
  ofFigures('gauge', {
    name: 'lockstep_breaker_state',
    help: 'The breaker of a node: 0 closed, 1 half-open, 2 open.',
    labels: ['node'],
    read: ({ summary }) =>
      Object.entries(summary.nodes).map(([node, { breaker }]) => ({
        labels: { node },
        value: BREAKER_STATES[breaker.state],
      })),
  }),
  ofFigures('counter', {
    name: 'lockstep_breaker_openings_total',
    help: 'Number of times that the breaker of a node opened.',
    labels: ['node'],
    read: ({ summary }) =>
      Object.entries(summary.nodes).map(([node, { breaker }]) => ({
        labels: { node },
        value: breaker.openings,
      })),
  }),
];

/** Nodes of which it is known. */
function byNode(
  { nodes }: Figures['summary'],
  read: (node: NodeStatus) => number | undefined,
): readonly Sample[] {
  return Object.entries(nodes).flatMap(([node, status]) => {
    const value = read(status);
    return value === undefined ? [] : [{ labels: { node }, value }];
  });
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / SECOND_MS;
}

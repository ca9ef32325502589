/** Metrics of the operators' port itself. */
import type { Refusals } from '../access/refusals.ts';
import type { StreamCounts } from '../events/streams.ts';
import type { Definition } from './process-metrics.ts';

export interface PortCounts {
  readonly refused: () => Refusals['counts'];
  readonly streams: () => StreamCounts;
}

export function portDefinitions({ refused, streams }: PortCounts): readonly Definition[] {
  return [
    {
      kind: 'counter',
      name: 'lockstep_http_refused_total',
      help: "Requests to the operators' port that were refused.",
      labels: ['reason'],
      read: () =>
        Object.entries(refused()).map(([reason, value]) => ({ labels: { reason }, value })),
    },
    {
      kind: 'gauge',
      name: 'lockstep_http_streams',
      help: 'Clients that receive events over HTTP.',
      read: () => [{ value: streams().open }],
    },
    {
      kind: 'counter',
      name: 'lockstep_http_streams_cut_total',
      help: 'Clients that received events over HTTP too slowly, and were cut.',
      read: () => [{ value: streams().cut }],
    },
    {
      kind: 'counter',
      name: 'lockstep_http_events_missed_total',
      help: 'Events for clients over HTTP that the thread door did not keep up with.',
      read: () => [{ value: streams().missed }],
    },
  ];
}

/** Metrics of the process: what the door knows without the coordinator. */
import { acceptance, type DaemonStatus } from '../daemon-status.ts';

export const SECOND_MS = 1000;

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Definition {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: (status: DaemonStatus) => readonly Sample[];
}

/** Known without the coordinator. */
export const OF_THE_PROCESS: readonly Definition[] = [
  {
    kind: 'gauge',
    name: 'lockstep_info',
    help: 'Always 1; the labels name the version.',
    labels: ['version', 'phase'],
    read: ({ version, phase }) => [{ labels: { version, phase }, value: 1 }],
  },
  {
    kind: 'gauge',
    name: 'lockstep_supervised',
    help: '0 when pm2 has died and nothing restarts the daemon; absent without pm2.',
    read: ({ supervised }) => (supervised === undefined ? [] : [{ value: Number(supervised) }]),
  },
  {
    kind: 'gauge',
    name: 'lockstep_threads_alive',
    help: 'Live threads.',
    read: ({ threads }) => [{ value: threads.filter(({ alive }) => alive).length }],
  },
  {
    kind: 'gauge',
    name: 'lockstep_threads_missing',
    help: 'Threads that crashed or hang.',
    read: ({ threads }) => [{ value: threads.filter(({ alive }) => !alive).length }],
  },
  {
    kind: 'gauge',
    name: 'lockstep_thread_silent_seconds',
    help: 'Seconds since the event loop of a thread last ran; below 1 is normal.',
    labels: ['thread'],
    read: ({ threads }) =>
      threads.map(({ name, silentMs }) => ({
        labels: { thread: name },
        value: silentMs / SECOND_MS,
      })),
  },
  {
    kind: 'gauge',
    name: 'lockstep_thread_utilization_ratio',
    help: 'The share of time that the event loop of a thread was busy lately, 0 to 1.',
    labels: ['thread'],
    read: ({ threads }) =>
      threads.map(({ name, utilization }) => ({ labels: { thread: name }, value: utilization })),
  },
  {
    kind: 'gauge',
    name: 'lockstep_disk_free_bytes',
    help: "Free bytes on the journal's disk.",
    read: ({ disk }) => (disk.freeBytes === undefined ? [] : [{ value: disk.freeBytes }]),
  },
  {
    kind: 'gauge',
    name: 'lockstep_accepting',
    help: '1 while new commands are accepted; else 0, with the reason as a label.',
    labels: ['reason'],
    read: (status) => {
      const { accepting, refusal } = acceptance(status);
      const labels = refusal === undefined ? {} : { reason: refusal.reason };
      return [{ labels, value: Number(accepting) }];
    },
  },
  {
    kind: 'gauge',
    name: 'lockstep_figures_age_seconds',
    help: 'Age of the figures of the coordinator, the source of the metrics below.',
    read: ({ figures }) => (figures === undefined ? [] : [{ value: figures.ageMs / SECOND_MS }]),
  },
];

/** How a healthy daemon stands, for tests that change one thing about it. */

import type { Caller, CallReply } from '../../src/channel/door-messages.ts';
import { NO_CLIENTS } from '../../src/clients/client-list.ts';
import { Sessions } from '../../src/door/access/sessions.ts';
import type { Asked } from '../../src/door/coordinator-line.ts';
import type { DaemonStatus } from '../../src/door/daemon-status.ts';
import { EventStreams } from '../../src/door/events/streams.ts';
import { FigureStreams } from '../../src/door/history/figure-streams.ts';
import { History } from '../../src/door/history/history.ts';
import type { DoorServerOptions } from '../../src/door/server.ts';
import type { ThreadStatus } from '../../src/lifecycle/lookout.ts';
import { type Answer, isError } from '../../src/protocol/answer.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import type { Figures } from '../../src/protocol/figures.ts';
import type { Request } from '../../src/protocol/request.ts';
import { notedLog } from '../observe/support/noted-log.ts';

const thread = (name: string): ThreadStatus => ({
  name,
  alive: true,
  activity: 'working',
  silentMs: 0,
  utilization: 0.25,
});

export const FIGURES: Figures = {
  summary: {
    version: '1.2.3',
    pid: 1,
    uptimeMs: 1000,
    state: 'running',
    accepting: true,
    open: 7,
    openMax: 200_000,
    compensating: 2,
    stuck: 1,
    lanes: { interactive: { waiting: 3, running: 1 }, bulk: { waiting: 2, running: 1 } },
    settled: { committed: 3 },
    threads: ['main', 'coordinator', 'executor-1'],
    nodes: {
      node01: {
        calls: 9,
        answers: { applied: 8, lost: 1 },
        running: 3,
        runningMax: 32,
        latencyMs: { p50: 4, p99: 250 },
        breaker: { state: 'open', isOpen: true, since: '2026-11-23T05:00:00.000Z', openings: 3 },
      },
    },
  },
  commands: [
    {
      op: 'create',
      lane: 'bulk',
      outcome: 'committed',
      durations: { bounds: [1, 10, 100], counts: [1, 2, 0, 3], sum: 1234 },
    },
  ],
  commitDurations: { bounds: [1, 10], counts: [4, 0, 1], sum: 24 },
  commitWrites: { bounds: [1, 10], counts: [2, 3, 0], sum: 20 },
  errors: { busy: 5 },
  repliesDropped: 4,
  clientsCut: 6,
  connectionsRefused: { no_room: 1, mechanism: 2, unknown_key: 3, role: 4 },
  damagedReads: 7,
  clientListFaults: 7,
};

export const HEALTHY: DaemonStatus = {
  version: '1.2.3',
  phase: 'running',
  threads: ['main', 'watchdog', 'door', 'coordinator', 'executor-1'].map(thread),
  figures: { latest: FIGURES, ageMs: 500 },
  disk: { freeBytes: 1_000_000, freeMinBytes: 1000, isFull: false },
  isJournalAway: false,
  supervised: true,
};

/** The coordinator behind the port. */
type Ask = (request: Request, caller: Caller) => Promise<Answer>;

const NOTHING: Ask = async () => errorReply('internal', 'nothing is behind this port');

/** The operators' port of a healthy daemon that nobody may ask for more than health and metrics. */
export function opsOptions({
  ask = NOTHING,
  ...more
}: Partial<DoorServerOptions> & { readonly port: number; readonly ask?: Ask }): DoorServerOptions {
  return {
    host: '127.0.0.1',
    names: [],
    log: notedLog().log,
    status: () => HEALTHY,
    clients: () => NO_CLIENTS,
    call: (asked, caller) => {
      const answer = replyBy(ask, asked, caller);
      const left = Promise.withResolvers<undefined>();
      return {
        reply: Promise.race([answer, left.promise]),
        leave: () => left.resolve(undefined),
        ended: answer.then(() => {}),
      };
    },
    callsMax: 100,
    frameBytesMax: 1024 * 1024,
    events: new EventStreams({ listen: async () => {}, startedAt: 0 }),
    sessions: new Sessions({ path: '/no/such/folder/page-sessions', log: notedLog().log }),
    history: new History(0),
    figureStreams: new FigureStreams(),
    page: new Map(),
    ...more,
  };
}

/** What the coordinator answers to a call. */
async function replyBy(ask: Ask, { text }: Asked, caller: Caller): Promise<CallReply> {
  const answer = await ask(JSON.parse(text), caller);
  const { code, retryAfterMs } = isError(answer) ? answer.error : {};
  const about = {
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return { ticket: 1, text: JSON.stringify(answer), ...about };
}

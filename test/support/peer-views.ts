/** What the peer daemon says of itself and its nodes. */
import type { Answer, BreakerView } from '../../src/protocol/answer.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import type { BreakerRequest } from '../../src/protocol/request.ts';

const CLOSED: BreakerView = {
  state: 'closed',
  isOpen: false,
  since: '2026-11-23T05:00:00.000Z',
  openings: 0,
};

export function breakersOf(names: readonly string[], { node, act }: BreakerRequest): Answer {
  if (node !== undefined && !names.includes(node)) {
    const hint = `The nodes are ${names.join(', ')}.`;
    return errorReply('invalid_request', `there is no node "${node}"`, { field: 'node', hint });
  }
  const forced: BreakerView = { ...CLOSED, state: 'open', isOpen: true, forced: true };
  const shown = names.filter((name) => node === undefined || name === node);
  const view = act === 'open' ? forced : CLOSED;
  return { breakers: Object.fromEntries(shown.map((name) => [name, view])) };
}

export function summaryOf(names: readonly string[], settled: number): Answer {
  const node = {
    calls: 5,
    answers: { applied: 4, unsure: 1 },
    lastFailure: '500 boom',
    breaker: CLOSED,
  };
  return {
    version: '9.9.9',
    pid: process.pid,
    uptimeMs: 3_725_000,
    state: 'running',
    open: 0,
    openMax: 200_000,
    compensating: 0,
    stuck: 0,
    lanes: { interactive: { waiting: 0, running: 0 }, bulk: { waiting: 2, running: 1 } },
    settled: { committed: settled },
    threads: ['main', 'coordinator', 'executor-1', 'watchdog'],
    nodes: Object.fromEntries(names.map((name) => [name, node])),
  };
}

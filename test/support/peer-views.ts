/** Answers of the peer daemon about itself and its nodes. */
import type { Answer, AuditAnswer, BreakerView, StatsAnswer } from '../../src/protocol/answer.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import type { AuditRequest, BreakerRequest, CommandRequest } from '../../src/protocol/request.ts';

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

export type PeerNodes = Record<string, Set<string>>;

export function statsOf(peers: PeerNodes): StatsAnswer {
  const all = Object.values(peers).map((keys) => JSON.stringify([...keys].sort()));
  const nodes = Object.entries(peers).map(([name, keys]) => [name, { count: keys.size }]);
  return { consistent: new Set(all).size === 1, nodes: Object.fromEntries(nodes) };
}

/** Keys that its first node lacks are missing; two keys on a page. */
export function auditOf(
  peers: PeerNodes,
  { keys, after = '', limit = 2, repair }: AuditRequest,
  accept: (command: CommandRequest) => void,
): AuditAnswer {
  const [first = new Set<string>(), ...others] = Object.values(peers);
  const all = [...new Set([...first, ...others.flatMap((one) => [...one])])].sort();
  const asked = keys ?? all.filter((key) => key > after).slice(0, limit);
  const missing = asked.filter((key) => !first.has(key) && all.includes(key));
  const findings = missing.map((groupId) => {
    const nodes = { node01: { state: 'absent' }, node02: { state: 'present' } } as const;
    const finding = { groupId, kind: 'missing', journal: 'present', nodes } as const;
    if (!repair) return { ...finding, repair: { op: 'create' } as const };
    const id = `repair-${groupId}`;
    accept({
      op: 'create',
      id,
      groupId,
      ensure: true,
      wait: 'accepted',
      lane: 'bulk',
      ifUnavailable: 'wait',
    });
    return { ...finding, repair: { op: 'create', id } as const };
  });
  const last = asked.at(-1);
  const more = keys === undefined && last !== undefined && last !== all.at(-1);
  return { checked: asked.length, findings, busy: [], ...(more ? { next: last } : {}) };
}

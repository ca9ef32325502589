/**
 * Stands in for a node that an open command names and the configuration no longer does. The rollback keeps
 * failing, visibly, until the node is configured again or an operator abandons it.
 */
import type { NodePort } from './ports.ts';

export function unknownNode(name: string): NodePort {
  const error = `${name} is not configured`;
  return {
    exchange: (_request, _groupId, done) => {
      queueMicrotask(() => done({ kind: 'unsent', detail: error }, 'none', 0));
      return { abort: () => {} };
    },
    count: () => Promise.resolve({ error }),
    report: () => ({ calls: 0, answers: {}, lastFailure: error }),
  };
}

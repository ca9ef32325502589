/** The default timeout of a call. */
import { DEADLINE_MS_MAX, type RequestInput } from '../../protocol/input/request-input.ts';

/** The daemon's default for `deadlineMs`. */
const DEADLINE_MS = 30_000;
/** For the transport of both messages, and for a rollback that begins at the deadline. */
const MARGIN_MS = 15_000;
/** One page: nodes are listed, then read; the daemon bounds both. */
const AUDIT_MS = 75_000;
/** All others: status, list, stats, ping, and operators' requests. */
const OTHERS_MS = 30_000;

export function defaultTimeoutMs(request: RequestInput): number {
  switch (request.op) {
    case 'create':
    case 'delete':
      return deadlineOf(request) + MARGIN_MS;
    case 'batch':
      return Math.max(0, ...request.commands.map(deadlineOf)) + MARGIN_MS;
    case 'audit':
      return AUDIT_MS;
    default:
      return OTHERS_MS;
  }
}

/** How long a command of a request, or of a batch, may take. */
export function deadlineOf(command: unknown): number {
  const { deadlineMs }: { deadlineMs?: unknown } =
    typeof command === 'object' ? (command ?? {}) : {};
  return typeof deadlineMs === 'number' ? Math.min(deadlineMs, DEADLINE_MS_MAX) : DEADLINE_MS;
}

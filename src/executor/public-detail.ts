/** What others than the client of a command get to see of a reply: never the content of a record. */
import type { NodeReply, NodeReplyKind, NodeRequest } from '../core/model.ts';
import type { Subject } from '../node/dialect/codec.ts';

/** Replies that may show the record itself. */
const WITH_RECORD: ReadonlySet<NodeReplyKind> = new Set(['present', 'applied']);

/**
 * For breakers, notices and stories: of a reply that may have a record in it, and of one to a create that sends a record,
 * the status alone, for the node may repeat the record.
 */
export function publicDetail(
  { record }: Subject,
  request: NodeRequest,
  { kind, detail }: NodeReply,
): string {
  const sendsRecord =
    request.kind === 'create' &&
    (record !== undefined || request.body !== undefined || request.stored !== undefined);
  if (!sendsRecord && !WITH_RECORD.has(kind)) return detail;
  return /^\d{3}(?= )/.exec(detail)?.[0] ?? detail;
}

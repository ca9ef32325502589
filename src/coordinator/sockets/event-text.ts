/**
 * The text of an event, bounded in bytes, so that what ZeroMQ holds for a slow subscriber is (P9). Only commands on
 * dozens of nodes that all said something are longer: then the words of the nodes are left out, then the nodes.
 * `status` has them.
 */

export const EVENT_BYTES_MAX = 8 * 1024;

export function eventText(payload: object): string {
  const text = JSON.stringify(payload);
  if (isShort(text) || !('nodes' in payload)) return text;
  const { nodes, ...rest } = payload;
  const silent = JSON.stringify({ ...payload, nodes: withoutWords(nodes) });
  return isShort(silent) ? silent : JSON.stringify(rest);
}

function isShort(text: string): boolean {
  return text.length <= EVENT_BYTES_MAX && Buffer.byteLength(text) <= EVENT_BYTES_MAX;
}

function withoutWords(nodes: unknown): unknown {
  if (typeof nodes !== 'object' || nodes === null || Array.isArray(nodes)) return undefined;
  const entries = Object.entries(nodes as Record<string, object>);
  return Object.fromEntries(
    entries.map(([name, node]) => [name, { ...node, lastResponse: undefined }]),
  );
}

/**
 * A settlement as text in its row: JSON, in a third of the bytes if all nodes of a known list ended
 * alike, as they nearly always do. The row grows by it, and history is made of such rows.
 */
import type { NodeOutcome, Settlement } from '../../core/model.ts';
import { assertKnown, objectOf } from './legible.ts';

/** Lists of nodes, each stored once under a small number. */
export interface NodeLists {
  /** The number of this list, if it is known without a query. */
  known(nodes: readonly string[]): number | undefined;
  /** @throws JournalError `damaged`: there is none of this number */
  nodes(id: number): readonly string[];
}

/** All nodes of the list with this number ended so; `token`: each keeps this owner mark. */
interface Alike extends Omit<Settlement, 'kind' | 'nodes' | 'loose' | 'tokens'> {
  readonly cluster: number;
  readonly each: NodeOutcome;
  readonly token?: string;
}

export function textOf(settlement: Settlement, clusters: NodeLists): string {
  return JSON.stringify(alike(settlement, clusters) ?? settlement);
}

/** @throws JournalError if this is no text of {@link textOf} */
export function settlementOf(seq: number, text: string, clusters: NodeLists): Settlement {
  const kept = parse(seq, text);
  if (!('each' in kept)) return kept;
  const { cluster, each, token, ...rest } = kept;
  const names = clusters.nodes(cluster);
  const all = <Value>(value: Value) => Object.fromEntries(names.map((name) => [name, value]));
  const tokens = token === undefined ? {} : { tokens: all(token) };
  return { kind: 'settled', ...rest, nodes: all(each), ...tokens };
}

function alike(settlement: Settlement, clusters: NodeLists): Alike | undefined {
  const { kind: _, nodes, loose, tokens, ...rest } = settlement;
  const names = Object.keys(nodes);
  const cluster = loose === undefined ? clusters.known(names) : undefined;
  const each = nodes[names[0] ?? ''];
  if (cluster === undefined || each === undefined) return undefined;
  if (!names.every((name) => isSame(nodes[name], each))) return undefined;
  const short = { ...rest, cluster, each };
  if (tokens === undefined) return short;
  const token = tokens[names[0] ?? ''];
  const isOne =
    Object.keys(tokens).length === names.length && names.every((name) => tokens[name] === token);
  return isOne && token !== undefined ? { ...short, token } : undefined;
}

function isSame(one: NodeOutcome | undefined, other: NodeOutcome): boolean {
  return (
    one?.state === other.state &&
    one.attempts === other.attempts &&
    one.lastResponse === other.lastResponse &&
    one.restored === other.restored &&
    one.retired === other.retired &&
    // As JSON: the name of a member may have a comma in it.
    JSON.stringify(one.dropped) === JSON.stringify(other.dropped)
  );
}

function parse(seq: number, text: string): Settlement | Alike {
  const kept = objectOf(seq, text) as Settlement | Alike;
  assertKnown(seq, 'state, being settled,', kept.state);
  if (kept.reason !== undefined) assertKnown(seq, 'reason', kept.reason);
  const outcomes = 'each' in kept ? [kept.each] : Object.values(kept.nodes ?? {});
  for (const { state } of outcomes) assertKnown(seq, 'belief', state);
  const loose = 'each' in kept ? [] : Object.values(kept.loose ?? {}).flat();
  for (const { effect } of loose) assertKnown(seq, 'presence', effect);
  return kept;
}

/** Classifies one key, from the state on its nodes and in the journal. Pure. */
import type { Operation, Presence } from '../../core/model.ts';
import { sameToken } from '../../core/token.ts';
import type { LatestSettled } from '../../journal/port.ts';
import type { AuditFinding, FindingKind, NodeSighting } from '../../protocol/answer.ts';
import type { AuditRequest } from '../../protocol/request.ts';
import type { Sighting } from '../../protocol/work.ts';

/** The state of one key in the journal. */
export interface Wanted {
  /** After a committed command, on every node that `prior` does not name. */
  readonly presence: Presence | 'unknown';
  /** By node: the state before a later command that was rolled back. */
  readonly prior: Readonly<Record<string, Presence>>;
  /** Tokens by node, as far as they are known. */
  readonly tokens?: Readonly<Record<string, string>> | undefined;
}

interface Seen {
  readonly state: NodeSighting['state'];
  readonly wanted: Presence | 'unknown';
}

/** @param trustedFrom a settlement is evidence if the daemon had lived at least so long by then, ms */
export function wantedBy(
  word: LatestSettled | undefined,
  trustedFrom: number,
): Pick<Wanted, 'presence' | 'prior'> {
  const { committed, rolledBack } = word ?? {};
  const isTrusted = (one: { lived: number } | undefined) =>
    one !== undefined && one.lived >= trustedFrom;
  const prior = isTrusted(rolledBack) ? (rolledBack?.prior ?? {}) : {};
  if (!isTrusted(committed)) return { presence: 'unknown', prior };
  return { presence: committed?.op === 'create' ? 'present' : 'absent', prior };
}

/** Whether the journal disagrees on some node, if all nodes have this state. */
export function isAgainst({ presence, prior }: Omit<Wanted, 'tokens'>, state: Presence): boolean {
  const other = state === 'present' ? 'absent' : 'present';
  return presence === other || Object.values(prior).includes(other);
}

/** Whether the journal does not know the key on any node. */
export function isUnjournaled({ presence, prior }: Omit<Wanted, 'tokens'>): boolean {
  return presence === 'unknown' && Object.keys(prior).length === 0;
}

/** The finding and its repair, if there is one; undefined if the key is as it should be. */
export function classify(
  { groupId, nodes }: Sighting,
  wanted: Wanted,
  unknown: AuditRequest['unknown'],
): { readonly finding: AuditFinding; readonly remedy: Operation | undefined } | undefined {
  const seen = Object.entries(nodes).map(([name, { state }]) => ({
    state,
    wanted: wanted.prior[name] ?? wanted.presence,
  }));
  const other = isForeign(nodes, wanted) ? 'foreign' : undefined;
  const kind = kindOf(seen) ?? (isDifferent(nodes) ? 'different' : other);
  if (kind === undefined) return undefined;
  const [first] = seen;
  const isOne = seen.every((one) => one.wanted === first?.wanted);
  const journal = isOne && first !== undefined ? first.wanted : 'unknown';
  return { finding: { groupId, kind, journal, nodes }, remedy: remedyOf(kind, seen, unknown) };
}

function kindOf(seen: readonly Seen[]): FindingKind | undefined {
  const isSeen = (state: NodeSighting['state']) => seen.some((one) => one.state === state);
  if (seen.some(({ state, wanted }) => wanted === 'present' && state === 'absent'))
    return 'missing';
  if (seen.some(({ state, wanted }) => wanted === 'absent' && state === 'present')) return 'stray';
  if (isSeen('present') && isSeen('absent')) return 'unknown';
  return isSeen('unknown') ? 'unread' : undefined;
}

/** The nodes hold the record with several contents. */
function isDifferent(nodes: Sighting['nodes']): boolean {
  return new Set(Object.values(nodes).flatMap(({ content }) => content ?? [])).size > 1;
}

function isForeign(nodes: Sighting['nodes'], { tokens }: Wanted): boolean {
  return Object.entries(nodes).some(([name, { owner }]) => {
    const known = tokens?.[name];
    return owner !== undefined && known !== undefined && !sameToken(owner, known);
  });
}

/**
 * The command that repairs the key in its order; undefined if no command does, or the operator chose none.
 * A command goes to all nodes: if one of them must keep its state and the command would change it, the finding
 * is only reported.
 */
function remedyOf(
  kind: FindingKind,
  seen: readonly Seen[],
  unknown: AuditRequest['unknown'],
): Operation | undefined {
  if (kind === 'unknown') return unknown === 'leave' ? undefined : unknown;
  if (kind !== 'missing' && kind !== 'stray') return undefined;
  const [op, other] =
    kind === 'missing' ? (['create', 'absent'] as const) : (['delete', 'present'] as const);
  const spoils = ({ state, wanted }: Seen) =>
    wanted === other || (wanted === 'unknown' && state === other);
  return seen.some(spoils) ? undefined : op;
}

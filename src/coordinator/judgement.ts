/** What is wrong with one key, from what its nodes showed and what the journal has. Pure. */
import type { Operation, Presence } from '../core/model.ts';
import { sameToken } from '../core/token.ts';
import type { AuditFinding, FindingKind } from '../protocol/answer.ts';
import type { AuditRequest } from '../protocol/request.ts';
import type { Sighting } from '../protocol/work.ts';

/** What the journal has of one key. */
export interface Wanted {
  readonly presence: Presence | 'unknown';
  /** Owner marks by node, as far as they are known. */
  readonly tokens?: Readonly<Record<string, string>> | undefined;
}

/** The finding, or undefined if all is well. */
export function judge({ groupId, nodes }: Sighting, wanted: Wanted): AuditFinding | undefined {
  const kind = kindOf({ groupId, nodes }, wanted);
  return kind === undefined ? undefined : { groupId, kind, journal: wanted.presence, nodes };
}

/** What mends it under the order of the key; undefined if nothing does, or nobody has said. */
export function remedyOf(
  { kind }: AuditFinding,
  unknown: AuditRequest['unknown'],
): Operation | undefined {
  if (kind === 'missing') return 'create';
  if (kind === 'stray') return 'delete';
  return kind === 'unknown' && unknown !== 'leave' ? unknown : undefined;
}

function kindOf({ nodes }: Sighting, { presence, tokens }: Wanted): FindingKind | undefined {
  const states = new Set(Object.values(nodes).map(({ state }) => state));
  const [isOn, isOff] = [states.has('present'), states.has('absent')];
  if (presence === 'present' && isOff) return 'missing';
  if (presence === 'absent' && isOn) return 'stray';
  if (isOn && isOff) return 'unknown';
  if (states.has('unknown')) return 'unread';
  const foreign = Object.entries(nodes).some(([name, { owner }]) => {
    const known = tokens?.[name];
    return owner !== undefined && known !== undefined && !sameToken(owner, known);
  });
  return foreign ? 'foreign' : undefined;
}

/**
 * Short forms of ids for tables: the beginning of a UUID, long enough to tell it from the others in the table. Ids of a
 * client's own form are shown whole.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The millisecond in which it was made: commands of the same one are told apart by more. */
const LENGTH_MIN = 13;

/** In their order. */
export function shortIds(ids: readonly string[]): readonly string[] {
  const sorted = [...new Set(ids)].sort();
  const lengths = new Map(
    sorted.map((id, at) => {
      const others = [sorted[at - 1] ?? '', sorted[at + 1] ?? ''];
      const shared = Math.max(...others.map((other) => sharedLength(id, other)));
      return [id, Math.max(LENGTH_MIN, shared + 1)] as const;
    }),
  );
  return ids.map((id) => (UUID.test(id) ? id.slice(0, lengths.get(id)).replace(/-$/, '') : id));
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

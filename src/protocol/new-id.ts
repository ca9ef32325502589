/**
 * Ids of commands: UUIDs of version 7, which rise from one millisecond to the next, so that an index
 * takes them near its end.
 */
import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const ID_BYTES = 16;
/** A call for random bytes costs ten times the rest, for any number of bytes. */
const random = new Uint8Array(256 * ID_BYTES);
let used = random.length;

export function newId(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  const begins = used;
  used += ID_BYTES;
  return v7({ random: random.subarray(begins, used) });
}

/**
 * What tells an answer of the node itself from that of a proxy in its place (P1). A proxy that has lost
 * its route to a node answers 404, or an empty 200, to whatever it is asked: without a proof that
 * would be a record gone, or a request done.
 */
import type { Proof } from './dialect.ts';
import { isGarbage, isMarkup, isObjectText, parseObject } from './record.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Whether the node itself says that it has no record of this key. */
export function provesAbsence(proof: Proof, { status, body }: Reply, groupId: string): boolean {
  switch (proof) {
    case 'key': {
      const error = parseObject(body);
      const message = error?.['message'];
      if (error?.['status'] !== status || typeof message !== 'string') return false;
      return message.includes(`'${groupId}'`) || message.includes(`"${groupId}"`);
    }
    case 'words':
      return hasText(body);
    case 'none':
      return true;
  }
}

/**
 * What a success says: that it is the node's (`proven`), nothing at all (`empty`), that another
 * record was made or deleted (`other`), or what no node says (`strange`).
 */
export function readSuccess(
  proof: Proof,
  body: string,
  groupId: string,
): 'proven' | 'empty' | 'other' | 'strange' {
  if (body.trim() === '') return proof === 'none' ? 'proven' : 'empty';
  if (isMarkup(body) || isGarbage(body)) return 'strange';
  if (!isObjectText(body)) return 'proven';
  const record = parseObject(body);
  if (record === undefined) return 'strange';
  if (!Object.hasOwn(record, 'groupId') || record['groupId'] === groupId) return 'proven';
  return typeof record['groupId'] === 'string' ? 'other' : 'strange';
}

function hasText(body: string): boolean {
  return body.trim() !== '' && !isMarkup(body) && !isGarbage(body);
}

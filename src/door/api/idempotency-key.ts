/**
 * The header `Idempotency-Key`: the id of a command (P7). The text stands alone, or between quotes as a string of
 * RFC 9651, in which the draft of the IETF has it.
 */
import { type RequestHead, valuesOf } from '../../base/http-source.ts';
import { type Rejected, rejected } from '../../protocol/frame/rejected.ts';
import { commandId } from '../../protocol/request.ts';

const NAME = 'Idempotency-Key';
const BARE = /^[\x21-\x7e]+$/;
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const HINT = `${NAME} is 1 to 200 characters of ASCII, like order-17; a UUID is a good choice.`;

export type ReadKey = { readonly ok: true; readonly key: string | undefined } | Rejected;

export function readKey(head: RequestHead): ReadKey {
  const [value, ...more] = valuesOf(head, NAME.toLowerCase());
  if (value === undefined) return { ok: true, key: undefined };
  if (more.length > 0) return faulty('is given twice');
  const quoted = QUOTED.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1');
  const key = quoted ?? (BARE.test(value) && !value.includes('"') ? value : '');
  return commandId.safeParse(key).success ? { ok: true, key } : faulty('is no id of a command');
}

/** The path has no use for the header. */
export function refuseKey(head: RequestHead): Rejected | undefined {
  return valuesOf(head, NAME.toLowerCase()).length === 0
    ? undefined
    : faulty('is for POST /v1/commands alone');
}

function faulty(what: string): Rejected {
  return rejected({ message: `the header ${NAME} ${what}`, field: NAME, hint: HINT });
}

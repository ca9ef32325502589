/** A fault of a request as its answer. */
import type { ErrorReply } from '../errors.ts';
import { type Fault, faultReply } from '../fault.ts';
import { commandId } from '../request.ts';

export interface Rejected {
  readonly ok: false;
  readonly reply: ErrorReply;
}

/**
 * @param about `value`: the request; its id, if it has a usable one, is in the answer. `at`: its place in a batch
 * (`commands.3`).
 */
export function rejected(
  fault: Fault,
  { at, value }: { readonly at?: string | undefined; readonly value?: unknown } = {},
): Rejected {
  const reply = faultReply(fault, at);
  const { id }: { readonly id?: unknown } = typeof value === 'object' ? (value ?? {}) : {};
  // A failed parse costs more than all the rest, and a batch may have ten thousand without an id.
  if (id === undefined) return { ok: false, reply };
  const given = commandId.safeParse(id);
  return { ok: false, reply: given.success ? { id: given.data, ...reply } : reply };
}

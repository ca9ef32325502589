/**
 * Adds the saga to an error that it threw: an error that crosses to main keeps its own properties. Ids and states
 * only: the content of a record is private.
 */

import type { Input } from '../core/context.ts';
import type { Saga } from '../core/model.ts';

export function noteSaga(error: unknown, { command, state }: Saga, input: Input): unknown {
  if (error instanceof Error && Object.isExtensible(error)) {
    const { id, seq, op } = command;
    const node = 'node' in input ? { node: input.node } : {};
    Object.assign(error, { saga: { id, seq, op, state, ...node } });
  }
  return error;
}

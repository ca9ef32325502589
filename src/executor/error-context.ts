/**
 * Notes on an error which saga it was thrown in, for whoever reports it: an error that crosses to
 * main keeps its own properties. Ids and states only: what a record holds is nobody's business.
 */
import type { Input, Saga } from '../core/model.ts';

export function noteSaga(error: unknown, { command, state }: Saga, input: Input): unknown {
  if (error instanceof Error && Object.isExtensible(error)) {
    const { id, seq, op } = command;
    const node = 'node' in input ? { node: input.node } : {};
    Object.assign(error, { saga: { id, seq, op, state, ...node } });
  }
  return error;
}

/** Builders of the journal's writes. */
import type { Command, Settlement } from '../../../src/core/model.ts';
import { formatToken } from '../../../src/core/token.ts';
import type { AcceptWrite, Journal, WriteBatch } from '../../../src/journal/port.ts';

const NODES = ['node01', 'node02', 'node03'];
/** Steady milliseconds, with a fraction: they must come back as they went in. */
export const T0 = 1_790_000_000_000.125;

export function aCommand(seq: number, over: Partial<Command> = {}): Command {
  return {
    seq,
    id: `id-${seq}`,
    op: 'create',
    groupId: `group-${seq}`,
    ensure: false,
    lane: 'interactive',
    token: formatToken(1_790_000_000_000_000 + seq),
    nodes: NODES,
    acceptedAt: T0 + seq,
    deadlineAt: T0 + seq + 30_000,
    ...over,
  };
}

export function accepted(seq: number, over: Partial<Command> = {}): AcceptWrite {
  return { command: aCommand(seq, over), begun: false };
}

export function begun(seq: number, over: Partial<Command> = {}): AcceptWrite {
  return { command: aCommand(seq, over), begun: true };
}

export function aSettlement(over: Partial<Settlement> = {}): Settlement {
  const present = { state: 'present', attempts: 1, lastResponse: '201' } as const;
  const nodes = { node01: present, node02: present, node03: { ...present, attempts: 2 } };
  return { kind: 'settled', at: T0 + 500.5, state: 'committed', nodes, ...over };
}

export const LOOSE = {
  node02: [{ effect: 'present', token: '1790000000.000001', until: T0 + 9_000 }],
} as const;

export function batch(parts: Partial<WriteBatch>): WriteBatch {
  return { accept: [], begin: [], append: [], settle: [], forget: [], lived: 0, ...parts };
}

/** Accepts and settles these commands in one commit. */
export async function settleAll(
  journal: Journal,
  accept: readonly AcceptWrite[],
  { lived = 0, ...over }: Partial<Settlement> & { readonly lived?: number } = {},
): Promise<void> {
  const settlement = aSettlement(over);
  const settle = accept.map(({ command }) => ({ seq: command.seq, settlement }));
  await journal.commit(batch({ accept, settle, lived }));
}

/** Prunes all that settled at this time of the daemon's life, or before. */
export function pruneUpTo(journal: Journal, lived: number, limit = 100): Promise<number> {
  return journal.prune({ lived: lived + 1, retentionMs: 0, limit });
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Rows of the table of commands, and their meaning. */
import type { Command, Lane, Operation, Reason, SagaState } from '../../core/model.ts';
import type { Held, RecoverableCommand, StoredCommand } from '../port.ts';
import { assertKnown, objectOf } from './legible.ts';
import { type NodeLists, settlementOf } from './settlement-text.ts';

type StoredEntry = RecoverableCommand['entries'][number];

/** The meaning of the column `held`, by its value; 0: driven like any other command. */
const HELD: readonly (Held | undefined)[] = [undefined, 'restored', 'parked'];

export interface CommandColumns {
  readonly seq: number;
  readonly id: string;
  readonly op: Operation;
  readonly group_id: string;
  readonly ensure: 0 | 1;
  readonly lane: Lane;
  readonly token: string;
  readonly cluster: number;
  readonly accepted_at: number;
  readonly deadline_at: number;
  readonly state: SagaState;
  readonly stuck: 0 | 1;
  /** See {@link HELD}. */
  readonly held: number;
  readonly reason: Reason | null;
  readonly began_at: number | null;
  readonly settlement: string | null;
  readonly record_digest: string | null;
  readonly record_bytes: number | null;
  readonly lived: number;
}

/** A durable entry. */
export interface EntryColumns {
  readonly seq: number;
  readonly kind: StoredEntry['kind'];
  readonly at: number;
  readonly body: string;
}

/** @throws JournalError `damaged` on a row that this program never writes */
function commandOf(row: CommandColumns, clusters: NodeLists): Command {
  assertKnown(row.seq, 'op', row.op);
  assertKnown(row.seq, 'lane', row.lane);
  const isOpen = row.settlement === null;
  assertKnown(row.seq, isOpen ? 'state, being open,' : 'state, being settled,', row.state);
  if (row.reason !== null) assertKnown(row.seq, 'reason', row.reason);
  return {
    seq: row.seq,
    id: row.id,
    op: row.op,
    groupId: row.group_id,
    ensure: row.ensure === 1,
    ...recordOf(row),
    lane: row.lane,
    token: row.token,
    nodes: clusters.nodes(row.cluster),
    acceptedAt: row.accepted_at,
    deadlineAt: row.deadline_at,
  };
}

function recordOf({ record_digest: digest, record_bytes: bytes }: CommandColumns) {
  return digest === null || bytes === null ? {} : { record: { digest, bytes } };
}

export function storedOf(row: CommandColumns, clusters: NodeLists): StoredCommand {
  return {
    command: commandOf(row, clusters),
    state: row.state,
    stuck: row.stuck === 1,
    ...heldOf(row),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.settlement === null
      ? {}
      : { settlement: settlementOf(row.seq, row.settlement, clusters) }),
  };
}

/** An open command; `entries` are its own, in order. */
export function openOf(
  row: CommandColumns,
  entries: readonly EntryColumns[],
  clusters: NodeLists,
): RecoverableCommand {
  const facts = entries.map(entryOf);
  // A beginning without findings is a column of its command, not a row of its own.
  if (row.began_at !== null && facts[0]?.kind !== 'began') {
    facts.unshift({ kind: 'began', at: row.began_at });
  }
  return { command: commandOf(row, clusters), entries: facts, lived: row.lived, ...heldOf(row) };
}

/** A settled command is not held, whatever its column says. */
function heldOf({ held: code, settlement }: CommandColumns): { readonly held?: Held } {
  const held = HELD[code];
  return held === undefined || settlement !== null ? {} : { held };
}

function entryOf({ seq, kind, at, body }: EntryColumns): StoredEntry {
  assertKnown(seq, 'entry', kind);
  const entry = { kind, at, ...objectOf(seq, body) } as StoredEntry;
  if (entry.kind === 'turned') assertKnown(seq, 'reason', entry.reason);
  if (entry.kind === 'node_turned') assertKnown(seq, 'direction', entry.direction);
  if (entry.kind === 'began') {
    for (const { presence } of Object.values(entry.findings ?? {})) {
      assertKnown(seq, 'presence', presence);
    }
  }
  return entry;
}

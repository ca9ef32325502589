/**
 * The rows of the memory journal, and the effect of one batch on them.
 *
 * Rows are replaced, never changed, and hold frozen copies: a caller that alters an object it
 * handed in, or got, alters nothing here, just as with a database.
 */
import { splitBodies } from '../../core/stored-bodies.ts';
import { IllegalWrite } from '../errors.ts';
import type {
  AcceptWrite,
  AppendWrite,
  BeginWrite,
  RecoverableCommand,
  SettleWrite,
  StoredCommand,
} from '../port.ts';

export interface Row extends StoredCommand {
  readonly entries: RecoverableCommand['entries'];
  /** Its loose requests are not forgotten yet. */
  readonly loose: boolean;
  /** The text of its record, until it is pruned. */
  readonly record?: string;
  /** Large bodies that its survey found, by node, until it is settled. */
  readonly bodies?: ReadonlyMap<string, string>;
  /** The text of its story. */
  readonly story?: string;
  /** Time lived at acceptance; once settled, at settlement. */
  readonly lived: number;
}

/** A deep copy, frozen, of JSON values. */
function frozen<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, part) => Object.freeze(part)) as T;
}

export function accepted({ command: given, begun, record }: AcceptWrite, lived: number): Row {
  const command = frozen(given);
  const state = begun ? 'applying' : 'accepted';
  const entries = begun ? ([{ kind: 'began', at: command.acceptedAt }] as const) : [];
  const row = { command, state, stuck: false, entries, loose: false, lived } as const;
  return Object.freeze(record === undefined ? row : { ...row, record });
}

export function begun(row: Row | undefined, { seq, at, findings }: BeginWrite): Row {
  if (row?.state !== 'accepted') throw new IllegalWrite(`command ${seq} begins, not accepted`);
  if (findings === undefined) {
    return Object.freeze({ ...row, state: 'applying', entries: [{ kind: 'began', at } as const] });
  }
  const { bodies, findings: light } = splitBodies(findings);
  const entries = [frozen({ kind: 'began', at, findings: light } as const)];
  return Object.freeze({ ...row, state: 'applying', entries, bodies: new Map(bodies) });
}

export function appended(row: Row | undefined, { seq, entries }: AppendWrite): Row | undefined {
  let now = row;
  for (const given of entries) {
    if (now?.state !== 'applying' && now?.state !== 'compensating') {
      throw new IllegalWrite(
        `command ${seq} gets '${given.kind}', but has not begun or is settled`,
      );
    }
    const entry = frozen(given);
    now = { ...now, entries: [...now.entries, entry] };
    if (entry.kind === 'stuck') now = { ...now, stuck: true };
    if (entry.kind === 'turned') now = { ...now, state: 'compensating', reason: entry.reason };
  }
  return now && Object.freeze(now);
}

export function settled(
  row: Row | undefined,
  { seq, settlement, story }: SettleWrite,
  lived: number,
): Row {
  if (row === undefined || row.settlement !== undefined) {
    throw new IllegalWrite(`command ${seq} settles, not open`);
  }
  const { state, reason = row.reason } = settlement;
  return Object.freeze({
    command: row.command,
    state,
    stuck: false,
    ...(reason === undefined ? {} : { reason }),
    settlement: frozen(settlement),
    entries: row.entries,
    loose: settlement.loose !== undefined,
    lived,
    ...(row.record === undefined ? {} : { record: row.record }),
    ...(story === undefined ? {} : { story }),
  });
}

/** The text of its record, by `seq`, if it has one. */
export function recordOf(row: Row | undefined): readonly (readonly [number, string])[] {
  return row?.record === undefined ? [] : [[row.command.seq, row.record]];
}

export function withoutRecord(row: Row): Row {
  const { record: _record, ...rest } = row;
  return Object.freeze(rest);
}

export function forgotten(row: Row | undefined): Row | undefined {
  if (row === undefined) return undefined;
  if (row.settlement === undefined) {
    throw new IllegalWrite(`command ${row.command.seq} is forgotten open`);
  }
  return Object.freeze({ ...row, loose: false });
}

export function parked(row: Row): Row {
  return row.settlement === undefined ? Object.freeze({ ...row, held: 'parked' as const }) : row;
}

export function unheld(row: Row): Row {
  const { held, ...rest } = row;
  return held === undefined ? row : Object.freeze(rest);
}

export function recoverable({ command, entries, lived, held }: Row): RecoverableCommand {
  return { command, entries, lived, ...(held === undefined ? {} : { held }) };
}

/** The part that the port shows. */
export function shown(row: Row): StoredCommand {
  const { command, state, stuck, held, reason, settlement } = row;
  return Object.freeze({
    command,
    state,
    stuck,
    ...(held === undefined ? {} : { held }),
    ...(reason === undefined ? {} : { reason }),
    ...(settlement === undefined ? {} : { settlement }),
  });
}

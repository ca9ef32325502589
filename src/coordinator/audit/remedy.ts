/**
 * The commands that repair a finding. Pure.
 *
 * A create of a dialect that sends records needs one: it is made from what a node shows. Where nodes hold several
 * contents, only an operator knows the right one (`right`). Then the key is deleted and created, as two commands that
 * are accepted in one write: each node that fails in the delete keeps its own record, and a crash between the two
 * leaves the second in the journal.
 */
import type { Operation } from '../../core/model.ts';
import type { AuditFinding } from '../../protocol/answer.ts';
import { type ErrorBody, errorReply } from '../../protocol/errors.ts';
import { DEADLINE_MS_MAX } from '../../protocol/input/request-input.ts';
import { WrittenRecord } from '../../protocol/record/record.ts';
import type { CommandRequest } from '../../protocol/request.ts';
import type { Sighting } from '../../protocol/work.ts';

export interface Remedy {
  readonly op: Operation;
  /** The node whose record is created. */
  readonly right?: string;
  /** The text of that record. */
  readonly record?: string;
  /** Nodes that hold another content: the key is deleted first. */
  readonly replaces?: readonly string[];
  /** Why no command can do it. */
  readonly error?: ErrorBody;
}

export interface RemedyTerms {
  /** A create of this dialect sends a record. */
  readonly needsRecord: boolean;
  /** The operator's word which node is right. */
  readonly right: string | undefined;
}

/** @param op the command that brings the key where the journal has it; undefined: it is there, or the journal knows too little */
export function remedyOf(
  { kind, nodes, groupId }: Pick<AuditFinding, 'kind' | 'nodes' | 'groupId'>,
  { op, records = {} }: { readonly op: Operation | undefined } & Pick<Sighting, 'records'>,
  { needsRecord, right }: RemedyTerms,
): Remedy | undefined {
  if (op === 'delete' || (op === undefined && kind !== 'different')) return op && { op };
  const holders = Object.entries(nodes).filter(([, { state }]) => state === 'present');
  const [first] = holders;
  const isMixed = holders.some(([, { content }]) => content !== first?.[1].content);
  if (!isMixed && !needsRecord) return op && { op };
  // Of several contents a create finds one wrong: it would be refused.
  if (isMixed && right === undefined) return needsRecord ? undefined : op && { op };
  const source = isMixed ? right : first?.[0];
  const shown = holders.find(([name]) => name === source);
  if (source === undefined || shown === undefined) return without(groupId, { right: source });
  const record = records[source];
  if (record === undefined || 'fault' in record) {
    return without(groupId, { right: source, fault: record?.fault ?? 'unknown' });
  }
  const replaces = holders.filter(([, { content }]) => content !== shown[1].content);
  return {
    op: 'create',
    right: source,
    record: record.text,
    ...(replaces.length === 0 ? {} : { replaces: replaces.map(([name]) => name) }),
  };
}

function without(
  groupId: string,
  { right, fault }: { readonly right: string | undefined; readonly fault?: 'unknown' | 'full' },
): Remedy {
  const { error } = faultOf(groupId, right, fault);
  return { op: 'create', ...(right === undefined ? {} : { right }), error };
}

function faultOf(
  groupId: string,
  right: string | undefined,
  fault: 'unknown' | 'full' | undefined,
) {
  if (fault === 'full') {
    const message = 'the records of one request are too large together';
    return errorReply('busy', message, {
      retryAfterMs: 1000,
      hint: 'Repair the rest by another audit.',
    });
  }
  const hint = `Delete ${groupId} if it is there, and create it with its record.`;
  if (fault === 'unknown') {
    const message = `the dialect does not say which record makes what ${right} shows (record.content)`;
    return errorReply('invalid_request', message, { hint });
  }
  const message =
    right === undefined ? 'no node holds the record' : `right: ${right} does not hold the record`;
  return errorReply('invalid_request', message, { hint });
}

/** The commands, in their order. Behind a delete the create goes on for as long as a command may. */
export function commandsOf(
  { op, record, replaces }: Remedy,
  groupId: string,
): readonly [CommandRequest, CommandRequest?] {
  const common = {
    groupId,
    ensure: true,
    lane: 'bulk',
    wait: 'accepted',
    ifUnavailable: 'wait',
  } as const;
  if (op === 'delete' || record === undefined) return [{ op, ...common }];
  const text = new WrittenRecord(record, JSON.parse(record) as object);
  const create = { op, ...common, record: text } as const;
  if (replaces === undefined) return [create];
  return [
    { op: 'delete', ...common },
    { ...create, deadlineMs: DEADLINE_MS_MAX },
  ];
}

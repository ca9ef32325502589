/** A batch as the parameters of `commit_v1`, behind the place in the chain. */
import type { DurableEntry } from '../../core/model.ts';
import { splitBodies } from '../../core/stored-bodies.ts';
import { parseToken } from '../../core/token.ts';
import { IllegalWrite } from '../errors.ts';
import type { AcceptWrite, AppendWrite, BeginWrite, SettleWrite, WriteBatch } from '../port.ts';
import { textOf } from '../stored/settlement-text.ts';
import type { Clusters } from './clusters.ts';
import { storable } from './storable.ts';

/** Neither ids, keys nor JSON can hold it. */
const SEPARATOR = '\u001f';
const NONE = -1;

export const COMMIT = `SELECT outcome, stored FROM lockstep.commit_v1(${numbered(21)})`;

export async function commitValues(
  batch: WriteBatch,
  clusters: Clusters,
): Promise<readonly unknown[]> {
  const accept = await acceptValues(batch.accept, clusters);
  return [batch.lived, ...accept, ...settleValues(batch.settle, clusters), restOf(batch)];
}

/** `$1, $2, …` */
export function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');
}

async function acceptValues(
  accept: readonly AcceptWrite[],
  clusters: Clusters,
): Promise<readonly unknown[]> {
  const numbers: number[] = [];
  for (const { command } of accept) numbers.push(await clusters.number(command.nodes));
  const commands = accept.map(({ command }) => command);
  return [
    array(commands.map(({ seq }) => seq)),
    array(accept.map(flagsOf)),
    array(commands.map(({ token }) => parseToken(token))),
    array(numbers),
    array(commands.map(({ acceptedAt }) => acceptedAt)),
    array(commands.map(({ deadlineAt }) => deadlineAt)),
    array(commands.map(({ record }) => record?.bytes ?? NONE)),
    joined(commands.map(({ id }) => id)),
    joined(commands.map(({ groupId }) => groupId)),
    joined(commands.map(({ record }) => record?.digest ?? '')),
  ];
}

function flagsOf({ command: { op, ensure, lane }, begun }: AcceptWrite): number {
  return (begun ? 1 : 0) + (ensure ? 2 : 0) + (op === 'delete' ? 4 : 0) + (lane === 'bulk' ? 8 : 0);
}

function settleValues(settle: readonly SettleWrite[], clusters: Clusters): readonly unknown[] {
  return [
    array(settle.map(({ seq }) => seq)),
    array(settle.map(({ settlement }) => settlement.at)),
    array(settle.map(({ settlement }) => settlement.tokens !== undefined)),
    joined(settle.map(({ settlement }) => settlement.state)),
    joined(settle.map(({ settlement }) => settlement.reason ?? '')),
    joined(settle.map(({ settlement }) => textOf(settlement, clusters))),
  ];
}

/** Null: nothing but plain acceptances and settlements, as in most batches. */
function restOf({ accept, begin, append, settle, forget }: WriteBatch): string | null {
  const entries = [...begin.flatMap(findingsOf), ...append.flatMap(entriesOf)];
  const parts = {
    record: accept.flatMap(({ command: { seq, id }, record: body }) =>
      body === undefined ? [] : [{ seq, id, body }],
    ),
    begin: begin.map(({ seq, at }) => ({ seq, at })),
    found: begin.flatMap(bodiesOf),
    append: countedBySeq(entries),
    turns: turnsOf(append),
    loose: settle.flatMap(({ seq, settlement }) => (settlement.loose === undefined ? [] : [seq])),
    story: settle.flatMap(({ seq, story: body }) => (body === undefined ? [] : [{ seq, body }])),
    forget,
  };
  const given = Object.entries(parts).filter(([, part]) => part.length > 0);
  return given.length === 0 ? null : JSON.stringify(Object.fromEntries(given));
}

interface Written {
  readonly seq: number;
  readonly kind: string;
  readonly at: number;
  readonly body: string;
}

function written(seq: number, { kind, at, ...rest }: DurableEntry): Written {
  return { seq, kind, at, body: JSON.stringify(rest) };
}

function findingsOf({ seq, at, findings }: BeginWrite): readonly Written[] {
  if (findings === undefined) return [];
  return [written(seq, { kind: 'began', at, findings: splitBodies(findings).findings })];
}

/** As JSON: a body may be any text, and PostgreSQL keeps no U+0000. */
function bodiesOf({ seq, findings = {} }: BeginWrite) {
  return splitBodies(findings).bodies.map(([node, body]) => ({
    seq,
    node: storable(node),
    body: JSON.stringify(body),
  }));
}

function entriesOf({ seq, entries }: AppendWrite): readonly Written[] {
  return entries.map((entry) => written(seq, entry));
}

/** `k`: its place among those of its command in this batch, from 1. */
function countedBySeq(entries: readonly Written[]) {
  const counts = new Map<number, number>();
  return entries.map((entry) => {
    const k = (counts.get(entry.seq) ?? 0) + 1;
    counts.set(entry.seq, k);
    return { ...entry, k };
  });
}

/**
 * What the entries change in the state of their commands: one for each command, as an UPDATE takes any one of several
 * rows for the same.
 */
function turnsOf(append: readonly AppendWrite[]) {
  const bySeq = Map.groupBy(
    append.flatMap(({ seq, entries }) => entries.map((entry) => ({ seq, entry }))),
    ({ seq }) => seq,
  );
  return [...bySeq].map(([seq, written]) => {
    const entries = written.map(({ entry }) => entry);
    const turn = entries.findLast((entry) => entry.kind === 'turned');
    return {
      seq,
      reason: turn === undefined ? null : turn.reason,
      stuck: entries.some(({ kind }) => kind === 'stuck') ? 1 : 0,
    };
  });
}

function array(values: readonly (number | boolean)[]): string {
  return `{${values.join(',')}}`;
}

function joined(texts: readonly string[]): string {
  const text = texts.join(SEPARATOR);
  const parts = texts.length === 0 ? 1 : texts.length;
  if (text.split(SEPARATOR).length === parts) return text;
  throw new IllegalWrite('a text of a command holds a control character');
}

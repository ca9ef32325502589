/**
 * The checksums of rows: FNV-1a of their columns as text, times by their bits, as whole numbers of 32 bits
 * (docs/decisions/064). They find damage by a disk or by a hand, not forgery. Each covers the key of its row, so that
 * a copy of another row is found.
 *
 * Sums are added up modulo 2^32: what was added can be taken away again, in any order.
 */

/** Columns of a command that are written once. */
interface AcceptedColumns {
  readonly seq: number;
  readonly id: string;
  readonly op: string;
  readonly group_id: string;
  readonly ensure: number;
  readonly lane: string;
  readonly token: string;
  readonly cluster: number;
  readonly accepted_at: number;
  readonly deadline_at: number;
  readonly record_digest: string | null;
  readonly record_bytes: number | null;
}

interface OpenColumns {
  readonly seq: number;
  readonly lived: number;
  readonly began_at: number | null;
  readonly held: number;
}

interface EntryColumns {
  readonly seq: number;
  readonly n: number;
  readonly kind: string;
  readonly at: number;
  readonly body: string;
}

interface SettledColumns {
  readonly seq: number;
  readonly state: string;
  readonly reason: string | null;
  readonly settled_at: number | null;
  readonly settlement: string | null;
  readonly marked: number;
  readonly loose: number;
  readonly lived: number;
}

/** What `held` and `loose` add, times their value: SQL changes them without the other columns. */
const HELD_WEIGHT = 0x2545f491;
export const LOOSE_WEIGHT = 0x1b873593;

export function plus(one: number, other: number): number {
  return (one + other) | 0;
}

export function minus(one: number, other: number): number {
  return (one - other) | 0;
}

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const SURROGATE = 0xd800;

/** In JavaScript: the way into native code costs more than the hash. */
function sumOf(text: string): number {
  let hash = BASIS;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // SQLite stores a lone surrogate as U+FFFD.
    if ((unit & 0xf800) === SURROGATE && !text.isWellFormed()) return sumOf(text.toWellFormed());
    hash = Math.imul(hash ^ unit, PRIME);
  }
  return hash | 0;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/** Of a number by its bits: a quarter of the cost of its digits. */
function bitsOf(value: number): number {
  double[0] = value;
  return Math.imul(Math.imul(BASIS ^ (halves[0] ?? 0), PRIME) ^ (halves[1] ?? 0), PRIME) | 0;
}

export function acceptSum(row: AcceptedColumns): number {
  const { seq, id, op, group_id: key, ensure, lane, token, cluster } = row;
  const names = `${seq}\0${id}\0${op}\0${key}\0${ensure}\0${lane}\0${token}\0${cluster}`;
  const sum = sumOf(`${names}\0${row.record_digest}\0${row.record_bytes}`);
  // Their weights tell the two times apart.
  return (sum + bitsOf(row.accepted_at) + Math.imul(bitsOf(row.deadline_at), 3)) | 0;
}

/** Of an open command without its entries. */
export function openSum({ seq, lived, began_at: began, held }: OpenColumns): number {
  const beginning = began === null ? 0 : beganSum(seq, began);
  return (beginning + (lived | 0) + heldSum(held)) | 0;
}

/** What its beginning adds. */
export function beganSum(seq: number, at: number): number {
  return Math.imul(bitsOf(seq) ^ bitsOf(at), PRIME);
}

export function heldSum(held: number): number {
  return Math.imul(held, HELD_WEIGHT);
}

/** What an entry adds. */
export function entrySum({ seq, n, kind, at, body }: EntryColumns): number {
  return sumOf(`${seq}\0${n}\0${kind}\0${at}\0${body}`);
}

export function settleSum(row: SettledColumns): number {
  const { seq, state, reason, settled_at: at, marked, loose, lived, settlement } = row;
  const sum = sumOf(`${seq}\0${state}\0${reason}\0${marked}\0${lived}\0${settlement}`);
  return (sum + bitsOf(at ?? 0) + Math.imul(loose, LOOSE_WEIGHT)) | 0;
}

interface ActColumns {
  readonly number: number;
  readonly at: number;
  readonly lived: number;
  readonly kind: string;
  readonly who: string | null;
  readonly proven: number;
  readonly door: string;
  readonly target: string | null;
  readonly filter: string | null;
}

export function actBeginSum(row: ActColumns): number {
  const { number, at, lived, kind, who, proven, door, target, filter } = row;
  const names = `${number}\0${lived}\0${kind}\0${proven}\0${door}`;
  return (sumOf(`${names}\0${who}\0${target}\0${filter}`) + bitsOf(at)) | 0;
}

interface ActEndColumns {
  readonly number: number;
  readonly outcome: string;
  readonly error: string | null;
  readonly matched: number | null;
  readonly results: string | null;
}

export function actEndSum({ number, outcome, error, matched, results }: ActEndColumns): number {
  return sumOf(`${number}\0${outcome}\0${error}\0${matched}\0${results}`);
}

export function recordSum(seq: number, text: string): number {
  return sumOf(`${seq}\0${text}`);
}

export function storySum(seq: number, text: string): number {
  return sumOf(`story\0${seq}\0${text}`);
}

/** Of a body that a survey found on a node. */
export function foundSum(seq: number, node: string, body: string): number {
  return sumOf(`${seq}\0${node}\0${body}`);
}

export function keptSum(name: string, value: string): number {
  return sumOf(`${name}\0${value}`);
}

export function clusterSum(id: number, nodes: string): number {
  return sumOf(`${id}\0${nodes}`);
}

export function textSum(text: string): number {
  return sumOf(text);
}

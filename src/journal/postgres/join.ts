/**
 * Takes the seat. A seat that was left in order, or that this very data folder held before, is taken at once: the lock of
 * the folder says that its process is dead. A seat of any other daemon is watched, by this machine's own clock: it is
 * taken when it has not changed for {@link LEASE_MS}, since its holder sends nothing by then (D4, D5).
 */
import { JournalError } from '../errors.ts';
import type { Link, Row } from './link.ts';
import { waitFor } from './pause.ts';
import type { Place } from './seat.ts';
import { JOURNAL_ID } from './settings.ts';

/** A seat that has not changed for so long is free. */
export const LEASE_MS = 6000;
const LOOK_MS = 1000;

export interface Member {
  readonly seat: number;
  /** Of this process alone. */
  readonly life: string;
  readonly name: string;
  /** The machine's boot and the data folder: who holds the folder's lock there is the only one of it. */
  readonly place: string;
  readonly pid: number;
}

export interface Joined extends Place {
  /** Which journal it is. */
  readonly journal: string;
  readonly lastAct: number;
  /** It was another daemon's, which has not left it: its last requests may still run. */
  readonly isTaken: boolean;
}

const LOOK = `
  SELECT s.epoch, s.batch, s.last_act, m.life, m.name, m.place, m.pid, m.has_left,
    (SELECT value FROM lockstep.setting WHERE name = '${JOURNAL_ID}') AS journal
  FROM lockstep.seat s LEFT JOIN lockstep.member m ON m.seat = s.seat WHERE s.seat = $1`;

const TAKE = `
  WITH taken AS (
    UPDATE lockstep.seat SET epoch = epoch + 1 WHERE seat = $1 AND epoch = $2 AND batch = $3 RETURNING seat, epoch)
  INSERT INTO lockstep.member (seat, epoch, life, name, place, pid, has_left)
  SELECT seat, epoch, $4, $5, $6, $7, false FROM taken
  ON CONFLICT (seat) DO UPDATE SET
    epoch = excluded.epoch, life = excluded.life, name = excluded.name, place = excluded.place, pid = excluded.pid,
    has_left = false`;

const LEAVE = 'UPDATE lockstep.member SET has_left = true WHERE seat = $1 AND epoch = $2';

export interface Joining {
  readonly link: Link;
  readonly member: Member;
  readonly shown: string;
  /** ms. */
  readonly now: () => number;
  readonly onWait: (holder: string) => void;
}

/** @throws JournalError `locked`: another daemon holds it; DatabaseError; OutcomeUnknown */
export async function join(joining: Joining): Promise<Joined> {
  const { member } = joining;
  const found = await look(joining);
  const isFree = found['life'] === null || found['has_left'] === true;
  const isOwn = found['place'] === member.place;
  if (!isFree && !isOwn) await watch(joining, found);
  await joining.link.query(TAKE, [
    member.seat,
    found['epoch'],
    found['batch'],
    member.life,
    member.name,
    member.place,
    member.pid,
  ]);
  const taken = await look(joining);
  if (taken['life'] !== member.life) throw locked(joining.shown, taken);
  return {
    seat: member.seat,
    epoch: Number(taken['epoch']),
    batch: Number(taken['batch']),
    journal: String(taken['journal']),
    lastAct: Number(taken['last_act']),
    isTaken: !isFree && !isOwn,
  };
}

/** The next daemon takes the seat at once. */
export async function leave(link: Link, { seat, epoch }: Place): Promise<void> {
  await link.query(LEAVE, [seat, epoch]);
}

/** @throws JournalError `locked` as soon as the seat changes */
async function watch(joining: Joining, first: Row): Promise<void> {
  const { now, onWait } = joining;
  onWait(holderOf(first));
  const seenAt = now();
  while (now() - seenAt < LEASE_MS) {
    await waitFor(LOOK_MS, new AbortController().signal);
    const next = await look(joining);
    const isSame = next['epoch'] === first['epoch'] && next['batch'] === first['batch'];
    if (!isSame) throw locked(joining.shown, next);
  }
}

async function look({ link, member, shown }: Joining): Promise<Row> {
  const { rows } = await link.query(LOOK, [member.seat]);
  const [row] = rows;
  if (row !== undefined) return row;
  throw new JournalError(`${shown} has no seat`, { code: 'corrupt' });
}

function locked(shown: string, holder: Row): JournalError {
  const hint =
    'One daemon works on a database for now: stop the other one, or give this one its own database.';
  return new JournalError(`${shown} is held by ${holderOf(holder)}`, { code: 'locked', hint });
}

function holderOf({ name, pid }: Row): string {
  return `the daemon ${String(name)} (process ${String(pid)})`;
}

/** Opens the journal in a PostgreSQL database: reaches it, brings its schema up to date, takes the seat, renews it. */
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join as joinPath } from 'node:path';
import { shownUrl } from '../../base/shown-url.ts';
import { type Instant, later } from '../../base/time/instant.ts';
import type { Log } from '../../observe/log/log-port.ts';
import { JournalError } from '../errors.ts';
import { ACT_RAISE } from '../raised.ts';
import { prepareFolder } from '../sqlite/open/connection.ts';
import { lockJournal } from '../sqlite/open/lock.ts';
import { asJournalError, passes, whyAway } from './failure.ts';
import { type Joined, join, LEASE_MS, leave, type Member } from './join.ts';
import { PostgresJournal } from './journal.ts';
import { Link } from './link.ts';
import { Outage } from './outage.ts';
import { waitFor } from './pause.ts';
import { Queries } from './reading/queries.ts';
import { migrate } from './schema/migrate.ts';
import { Seat } from './seat.ts';
import { Sockets } from './sockets.ts';
import { assertStartable } from './start/check.ts';
import { KnownPlace } from './start/known-place.ts';
import { holdIfBehind } from './start/set-back.ts';

/** A start waits this long for the database; then its supervisor starts it again. */
const REACH_MS = 10_000;
const RETRY_MS = 250;
const BEAT_MS = LEASE_MS / 4;
/** A holder falls silent so long before its seat can be taken: for clocks that run at different speeds. */
const MARGIN_MS = 500;
const SEAT = 0;

export interface PostgresOptions {
  /** Whose lock says that no other process works with it. */
  readonly folder: string;
  /** The name of this daemon, for people. */
  readonly member: string;
  /** The database may have no synchronous standby. */
  readonly mayForget?: boolean;
  readonly log?: Pick<Log, 'info' | 'warn'> | undefined;
  /** Monotonic ms. */
  readonly now?: () => number;
  readonly wallNow?: () => number;
  readonly onDamage?: ((error: JournalError) => void) | undefined;
  readonly lookedAt?: number;
  readonly lookedAtOfKey?: number;
  /** This daemon may call nodes until this time, of `now` and `wallNow`. */
  readonly onTrusted?: (until: Instant) => void;
  /** The database does not answer, and is asked again: the thread works. */
  readonly onWaiting?: () => void;
}

/**
 * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE?…`, as `pg` reads it
 * @throws JournalError `unreachable`, `locked`, `denied`, `newer_schema`, `foreign`, `moved`, `asynchronous`
 */
export async function openPostgres(
  url: string,
  options: PostgresOptions,
): Promise<PostgresJournal> {
  const { now = () => performance.now(), log, member: name, mayForget = false } = options;
  const shown = shownUrl(url);
  const path = prepareFolder(joinPath(options.folder, 'postgres'));
  const lock = lockJournal(path);
  const sockets = new Sockets();
  const [writer, reader] = ['journal', 'reader'].map(
    (role) => new Link({ url, name: `lockstep ${role}`, sockets }),
  );
  if (writer === undefined || reader === undefined) throw new Error('two links');
  const release = () => {
    sockets[Symbol.dispose]();
    lock.release();
  };
  const member: Member = {
    seat: SEAT,
    life: randomUUID(),
    name,
    place: placeOf(dirname(path)),
    pid: process.pid,
  };
  try {
    await reached(shown, () => migrate(writer, shown));
    await reached(shown, () => assertStartable({ link: writer, shown, mayForget, log }));
    const onWait = (holder: string) =>
      log?.info(`the journal was held by ${holder}: watching whether it lives`);
    const joined = await reached(shown, () => join({ link: writer, member, shown, now, onWait }));
    return await begin({ ...options, now }, { writer, reader, joined, shown, path, release });
  } catch (error) {
    writer.close();
    reader.close();
    release();
    throw error;
  }
}

interface Reached {
  readonly writer: Link;
  readonly reader: Link;
  readonly joined: Joined;
  readonly shown: string;
  /** Of the files in the data folder. */
  readonly path: string;
  /** The lock of the folder, and the descriptors. */
  readonly release: () => void;
}

async function begin(
  options: PostgresOptions,
  { writer, reader, joined, shown, path, release }: Reached,
): Promise<PostgresJournal> {
  const { log, now = () => performance.now(), onDamage, lookedAt, lookedAtOfKey } = options;
  const { wallNow = Date.now, onTrusted = () => {}, onWaiting = () => {} } = options;
  const outageOf = (work: string) =>
    new Outage({
      now,
      onAway: (why) =>
        log?.warn(`the database of the journal does not answer ${work}; the daemon retries`, {
          error: why,
        }),
      onBack: (ms) =>
        log?.info(`the database of the journal answers ${work} again`, { awayMs: Math.round(ms) }),
    });
  const noted = new KnownPlace(`${path}.known`, (why) =>
    log?.warn('the place in the journal cannot be noted in the data folder', {
      error: why,
      effect: 'a database that is set back while no daemon runs is not noticed',
    }),
  );
  const seat = new Seat({
    link: writer,
    place: joined,
    shown,
    now,
    wallNow,
    outage: outageOf('changes'),
    onConfirmed: (sentAt) => {
      noted.note(seat.place);
      onTrusted(later(sentAt, LEASE_MS - MARGIN_MS));
    },
    onWaiting,
  });
  const queries = new Queries({ link: reader, shown, now, outage: outageOf('reads'), onWaiting });
  const beat = setInterval(() => {
    // Its failure is that of the next change, and of `tidy`.
    seat.beat(BEAT_MS / 2).catch(() => undefined);
  }, BEAT_MS / 2);
  const end = async () => {
    clearInterval(beat);
    queries.close();
    seat.close();
    await leave(writer, joined).catch((error: unknown) =>
      log?.warn('the seat at the database could not be left', { error: whyAway(error) }),
    );
    writer.close();
    reader.close();
    noted.close();
    release();
  };
  const compared = { known: noted.known, found: joined, shown, log };
  const anew = await holdIfBehind(seat, compared);
  const id = anew ?? joined.journal;
  noted.begin(id, seat.place);
  const isSetBack = anew !== undefined;
  const lastAct = joined.lastAct + (isSetBack ? ACT_RAISE : 0);
  // What was forgotten includes how the last run ended.
  const wasTaken = joined.isTaken || isSetBack;
  const start = { id, seat, seatNumber: SEAT, queries, lastAct, wasTaken, leave: end };
  const journal = new PostgresJournal({ ...start, onDamage, lookedAt, lookedAtOfKey });
  await seat.beat(0);
  await journal.prepare();
  return journal;
}

/** Tries again for a while: a database may start together with the daemon. */
async function reached<Result>(shown: string, work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + REACH_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!passes(error)) throw asJournalError(error, shown);
      if (performance.now() > until) {
        const message = `${shown} cannot be reached: ${whyAway(error)}`;
        throw new JournalError(message, { code: 'unreachable', cause: error });
      }
    }
    await waitFor(RETRY_MS, new AbortController().signal);
  }
}

const BOOT = '/proc/sys/kernel/random/boot_id';

function placeOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${process.platform === 'linux' ? readFileSync(BOOT, 'utf8').trim() : 'no boot'}/${dev}/${ino}`;
}

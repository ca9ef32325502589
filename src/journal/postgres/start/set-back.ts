/** A journal that lacks what this data folder knows of it: it is named, and goes on as a restored one. */
import { randomUUID } from 'node:crypto';
import type { Log } from '../../../observe/log/log-port.ts';
import { numbered } from '../commit-values.ts';
import type { Seat } from '../seat.ts';
import { isBehind, type Known } from './known-place.ts';

const SET_BACK = `SELECT outcome, held FROM lockstep.set_back_v1(${numbered(5)})`;

export interface Compared {
  /** Of the data folder; undefined: it knows nothing. */
  readonly known: Known | undefined;
  /** Of the database, at the start. */
  readonly found: Known;
  readonly shown: string;
  readonly log: Pick<Log, 'warn'> | undefined;
}

/** @returns the id of the journal from now on; undefined: it lacks nothing that is known */
export async function holdIfBehind(
  seat: Seat,
  { known, found, shown, log }: Compared,
): Promise<string | undefined> {
  if (known === undefined || !isBehind(known, found)) return undefined;
  const journal = randomUUID().replaceAll('-', '');
  const row = await seat.change({ text: SET_BACK, values: [Date.now(), journal] });
  log?.warn('the journal was set back: it lacks changes that were confirmed to this daemon', {
    journal: shown,
    known: known.batch,
    found: found.batch,
    // Unknown if an earlier copy of the change has done it.
    ...(row === undefined ? {} : { held: row['held'] }),
    hint: 'Its open commands are held. Compare the nodes with it: lockstep audit --unjournaled. Then decide: lockstep restore --resume or --abandon.',
  });
  return journal;
}

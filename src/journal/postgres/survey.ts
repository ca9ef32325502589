/** A look at a database, for an operator: it changes nothing, and disturbs no daemon. */
import { shownUrl } from '../../base/shown-url.ts';
import { JournalError } from '../errors.ts';
import { asJournalError, passes, whyAway } from './failure.ts';
import { Link } from './link.ts';
import { STEPS } from './schema/index.ts';
import { STANDBYS, type Standbys } from './start/standbys.ts';

export interface Survey extends Standbys {
  /** Its address without the password. */
  readonly shown: string;
  /** Of the server: `15.18`. */
  readonly version: string;
  readonly isStandby: boolean;
  /** Whether its commits are on the disk when it confirms them. */
  readonly isDurable: boolean;
  /** The daemon that has the seat; undefined: none, or there is no journal yet. */
  readonly holder: string | undefined;
  /** There is no journal yet. */
  readonly isEmpty: boolean;
  /** Of the journal; 0: there is none. */
  readonly schema: number;
  readonly schemaKnown: number;
}

const LOOK = `
  SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby,
    current_setting('fsync') AS fsync, ${STANDBYS}, to_regclass('lockstep.setting') IS NOT NULL AS made`;

const HOLDER = `
  SELECT (SELECT value FROM lockstep.setting WHERE name = 'schema') AS schema, m.name, m.pid
  FROM lockstep.seat s LEFT JOIN lockstep.member m ON m.seat = s.seat AND NOT m.has_left ORDER BY s.seat LIMIT 1`;

/** @throws JournalError `unreachable`, `denied` */
export async function survey(url: string): Promise<Survey> {
  const shown = shownUrl(url);
  const link = new Link({ url, name: 'lockstep doctor' });
  try {
    const [found = {}] = (await link.query(LOOK)).rows;
    const isEmpty = found['made'] !== true;
    const [held = {}] = isEmpty ? [] : (await link.query(HOLDER)).rows;
    const name = held['name'] ?? undefined;
    return {
      shown,
      version: String(found['version']).split(' ')[0] ?? '',
      isStandby: found['standby'] === true,
      isDurable: found['fsync'] === 'on',
      standbys: Number(found['standbys']),
      synchronous: String(found['synchronous']),
      holder: name === undefined ? undefined : `${String(name)} (process ${String(held['pid'])})`,
      isEmpty,
      schema: Number(held['schema'] ?? 0),
      schemaKnown: STEPS.length,
    };
  } catch (error) {
    if (!passes(error)) throw asJournalError(error, shown);
    const message = `${shown} cannot be reached: ${whyAway(error)}`;
    throw new JournalError(message, { code: 'unreachable', cause: error });
  } finally {
    link.close();
  }
}

/** What keeps a daemon from starting on a database that it reaches. */
import type { Log } from '../../../observe/log/log-port.ts';
import { JournalError } from '../../errors.ts';
import type { Link } from '../link.ts';
import { MOVING } from '../settings.ts';
import { ALONE_HINT, asynchronousText, FORGETS_HINT, riskOf, STANDBYS } from './standbys.ts';

const LOOK = `
  SELECT EXISTS (SELECT 1 FROM lockstep.setting WHERE name = '${MOVING}') AS moving, ${STANDBYS}`;

export interface StartCheck {
  readonly link: Link;
  readonly shown: string;
  /** The operator accepts that a failover, or the loss of a disk, loses what was confirmed. */
  readonly mayForget: boolean;
  readonly log: Pick<Log, 'warn'> | undefined;
}

/** @throws JournalError `moved`, `asynchronous`; DatabaseError; OutcomeUnknown */
export async function assertStartable({ link, shown, mayForget, log }: StartCheck): Promise<void> {
  const [found = {}] = (await link.query(LOOK)).rows;
  if (found['moving'] === true) {
    const hint =
      'Run lockstep move again: it is continued. Or start the daemon on the file, if that was not marked as moved yet.';
    const message = `a move of a journal to ${shown} was not completed`;
    throw new JournalError(message, { code: 'moved', hint });
  }
  if (mayForget) return;
  const standbys = Number(found['standbys']);
  const risk = riskOf({ standbys, synchronous: String(found['synchronous']) });
  if (risk === 'forgets') {
    const message = `${shown} could forget commands: ${asynchronousText(standbys)}`;
    throw new JournalError(message, { code: 'asynchronous', hint: FORGETS_HINT });
  }
  if (risk === 'alone') {
    log?.warn('the database of the journal has no standby', { journal: shown, hint: ALONE_HINT });
  }
}

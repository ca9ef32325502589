/**
 * A journal that does not answer: the batches wait for it, so requests are refused before they reach one, and main is
 * told for the operators' port. Open commands go on by themselves when it is back.
 */
import type { Journal } from '../../journal/port.ts';
import { refusalReply } from '../../protocol/accepting.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { Request } from '../../protocol/request.ts';

const LOOK_MS = 250;
const RETRY_AFTER_MS = 1000;

/** The answer to any request meanwhile; undefined: the journal answers. */
export function awayReply(
  { awayMs }: Pick<Journal, 'awayMs'>,
  request: Request,
): ErrorReply | undefined {
  if (awayMs === undefined) return undefined;
  const message = `the database of the journal has not answered for ${Math.floor(awayMs / 1000)} s`;
  const refusal = { reason: 'journal', message, retryAfterMs: RETRY_AFTER_MS } as const;
  return refusalReply(refusal, 'id' in request ? request.id : undefined);
}

/** At a stop: the batches would wait for the database, which may be away for long. */
export async function closeIfAway(journal: Pick<Journal, 'awayMs' | 'close'>): Promise<void> {
  if (journal.awayMs !== undefined) await journal.close();
}

/** Calls `notify` with each change; holds no thread alive. */
export function watchAway(
  journal: Pick<Journal, 'awayMs'>,
  notify: (isAway: boolean) => void,
): void {
  let noted = false;
  setInterval(() => {
    const isAway = journal.awayMs !== undefined;
    if (isAway !== noted) notify(isAway);
    noted = isAway;
  }, LOOK_MS).unref();
}

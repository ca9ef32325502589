import { JournalError } from '../../journal/errors.ts';
import type { Log } from '../../observe/log/log-port.ts';

/** Stores a value that the next life can do without: it then waits as after a crash, for example. */
export async function orWarn(keep: () => Promise<void>, warning: string, log: Log): Promise<void> {
  try {
    await keep();
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const { message, hint } = error;
    log.warn(warning, { error: message, hint });
  }
}

/**
 * The path of the journal, for subcommands that work on its file: from the daemon's own settings.
 */
import { join } from 'node:path';
import { JournalError } from '../../journal/errors.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import { daemonSettings } from '../input/settings.ts';
import type { Terminal } from '../output/terminal.ts';

const IN_DATABASE =
  'the journal is in PostgreSQL (LOCKSTEP_JOURNAL): copy and restore it with the tools of PostgreSQL';

interface JournalLocation {
  readonly path: string;
  /** Where a daemon saves its journal, if not beside it. */
  readonly savedIn: readonly string[];
}

/** @throws UsageError if the configuration is wrong */
export function journalLocation(config: string | undefined): JournalLocation {
  const { journal, dataDir } = daemonSettings(config);
  if (journal.kind !== 'sqlite') throw new UsageError(IN_DATABASE);
  return { path: journal.path, savedIn: [join(dataDir, 'logs')] };
}

/** Reports a fault of the journal as such; passes other errors on. */
export async function reportJournal(
  error: unknown,
  { json }: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  if (!(error instanceof JournalError)) throw error;
  const { code, message, hint } = error;
  if (json) await terminal.json({ error: { code, message, hint } });
  else terminal.complain(`lockstep: ${message}\n  ${hint}`);
  return EXIT.notDone;
}

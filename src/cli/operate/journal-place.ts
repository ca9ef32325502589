/**
 * The path of the journal, for subcommands that work on its file: from the daemon's own settings.
 */
import { join } from 'node:path';
import { loadSettings } from '../../config/load.ts';
import { formatProblems } from '../../config/problem.ts';
import { JournalError } from '../../journal/errors.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

interface JournalLocation {
  readonly path: string;
  /** Where a daemon saves its journal, if not beside it. */
  readonly savedIn: readonly string[];
}

/** @throws UsageError if the configuration is wrong */
export function journalLocation(config: string | undefined): JournalLocation {
  const argv = config === undefined ? [] : ['--config', config];
  const loaded = loadSettings({ argv, env: process.env, cwd: process.cwd() });
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems).trimEnd());
  const { journal, dataDir } = loaded.settings;
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
  else terminal.note(`lockstep: ${message}\n  ${hint}`);
  return EXIT.notDone;
}

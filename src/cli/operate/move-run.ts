/** `lockstep move`: reports what was moved and the next steps. */
import { join } from 'node:path';
import { durationText } from '../../base/time/duration-text.ts';
import { authorOf } from '../../clients/principal.ts';
import { type Moved, moveJournal } from '../../journal/move.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import { daemonSettings } from '../input/settings.ts';
import type { Terminal } from '../output/terminal.ts';
import { author } from './author.ts';
import { reportJournal } from './journal-place.ts';

interface MoveJob {
  /** Undefined: the file where a daemon with these settings had its journal by default. */
  readonly file: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
}

const NO_DATABASE =
  'LOCKSTEP_JOURNAL names no database: set it to postgres://… first, as the daemon is to have it';

/** @throws UsageError if the settings name no database */
export async function runMove(
  { file: named, config, json }: MoveJob,
  terminal: Terminal,
): Promise<ExitCode> {
  const { journal, dataDir } = daemonSettings(config);
  if (journal.kind !== 'postgres') throw new UsageError(NO_DATABASE);
  const file = named ?? join(dataDir, 'journal.db');
  const begun = performance.now();
  try {
    const by = authorOf(undefined, author());
    const savedIn = [join(dataDir, 'logs')];
    const moved = await moveJournal({ file, url: journal.url, savedIn, by });
    const tookMs = Math.round(performance.now() - begun);
    if (json) await terminal.json({ ...moved, rows: moved.rows ?? null, tookMs });
    else await terminal.line(summaryText(moved, tookMs));
    return EXIT.done;
  } catch (error) {
    return reportJournal(error, { json }, terminal);
  }
}

function summaryText({ from, to, rows }: Moved, tookMs: number): string {
  const what =
    rows === undefined
      ? `${to} has the journal of ${from}: it was moved before.`
      : `${to} has the journal of ${from} now (${durationText(tookMs)}): ${rowsText(rows)}.`;
  return [
    what,
    'The file stays as it was, and no daemon starts on it any more. Keep it until you trust the database.',
    'Start the daemon with these settings.',
  ].join('\n');
}

function rowsText(rows: NonNullable<Moved['rows']>): string {
  const { command = 0, open = 0, record = 0, story = 0, act = 0 } = rows;
  return `commands ${command}, of them open ${open}; records ${record}, stories ${story}, acts ${act}`;
}

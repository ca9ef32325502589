/** `lockstep restore FILE`: reports the result and the next steps. */
import { authorOf } from '../../clients/principal.ts';
import { type Restored, restoreJournal } from '../../journal/sqlite/files/restore.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import { author } from './author.ts';
import { journalLocation, reportJournal } from './journal-place.ts';

interface RestoreJob {
  readonly file: string;
  readonly config: string | undefined;
  readonly json: boolean;
}

export async function runRestore(
  { file, config, json }: RestoreJob,
  terminal: Terminal,
): Promise<ExitCode> {
  const place = journalLocation(config);
  try {
    const by = authorOf(undefined, author());
    const restored = restoreJournal({ ...place, file, by });
    if (json) await terminal.json({ journal: place.path, ...restored });
    else await terminal.line(summaryText(place.path, file, restored));
    return EXIT.done;
  } catch (error) {
    return reportJournal(error, { json }, terminal);
  }
}

function summaryText(path: string, file: string, restored: Restored): string {
  const { held, before, renamed, ignored } = restored;
  return [
    `${path} is now what ${file} holds.`,
    ...(before === undefined ? [] : [`The journal that was there is kept as ${before}.`]),
    ...(renamed === undefined ? [] : [`The saved file is renamed to ${renamed}.`]),
    ...ignored.map((each) => `Given up with this: ${each}`),
    'Start the daemon, then run lockstep audit --unjournaled: it reports how the nodes differ from this' +
      ' journal, and names the keys that this journal does not know.',
    held === 0
      ? 'No command was open in it.'
      : `${held} of its commands are open and held: decide by lockstep restore --resume` +
        ' or --abandon.',
  ].join('\n');
}

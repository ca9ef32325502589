/** `lockstep journal check`: what is damaged in a journal, and what an operator can do. */

import { durationText } from '../../base/time/duration-text.ts';
import { type Checked, checkFile } from '../../journal/sqlite/files/check.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { journalLocation, reportJournal } from './journal-place.ts';

interface CheckJob {
  /** Undefined: the journal of the settings. */
  readonly file: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
}

export async function checkJournal(job: CheckJob, terminal: Terminal): Promise<ExitCode> {
  const file = job.file ?? journalLocation(job.config).path;
  const begun = performance.now();
  try {
    const checked = checkFile(file);
    const tookMs = Math.round(performance.now() - begun);
    const isSound = checked.faults.length === 0;
    const remedy = remedyOf(checked, job.file !== undefined);
    if (job.json) {
      const shown = { file, ok: isSound, ...checked, tookMs };
      await terminal.json(remedy === undefined ? shown : { ...shown, remedy });
    } else {
      for (const line of linesOf(checked, file)) await terminal.line(line);
      if (remedy !== undefined) await terminal.line(remedy);
      else await terminal.line(`${sound(checked, file)} (${durationText(tookMs)})`);
    }
    return isSound ? EXIT.done : EXIT.notDone;
  } catch (error) {
    return reportJournal(error, { json: job.json }, terminal);
  }
}

function sound({ commands, unsummed, isOld }: Checked, file: string): string {
  if (isOld)
    return `${file}: its structure is sound; it is of an earlier version, whose rows have no checksums`;
  const old =
    unsummed === 0 ? '' : `, ${unsummed} of them of an earlier version, without checksums`;
  return `${file}: sound; ${commands} commands were read${old}`;
}

function* linesOf({ faults, fatal, damaged }: Checked, file: string): Generator<string> {
  if (faults.length === 0) return;
  yield `${file} is damaged; faults that prevent a start: ${fatal}, in history: ${damaged}`;
  for (const { message, isFatal } of faults)
    yield `  ${isFatal ? 'prevents a start' : 'history'}: ${plain(message)}`;
  const more = fatal + damaged - faults.length;
  if (more > 0) yield `  and ${more} more`;
}

function remedyOf({ fatal, damaged }: Checked, isCopy: boolean): string | undefined {
  if (fatal + damaged === 0) return undefined;
  if (isCopy) return 'Do not restore this copy if there is a sound one. Then look at its disk.';
  if (fatal === 0)
    return (
      'The daemon works without these rows: their commands are answered `internal`, by id and in lists. ' +
      'To have them back, stop the daemon and run lockstep restore FILE with a sound backup; ' +
      'else they go with the history (retentionDays). Then look at the disk.'
    );
  return (
    'The daemon does not start on this journal, because open commands may be wrong. Stop it, check a backup ' +
    '(lockstep journal check FILE), then go back to it: lockstep restore FILE. Then look at the disk.'
  );
}

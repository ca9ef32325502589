/** `lockstep keys off`: the way back to a daemon without a list of clients, on purpose. */
import { keepListAway } from '../../clients/change-list.ts';
import { unmarkListUsed } from '../../clients/list-mark.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { agree } from '../input/question.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { report } from './report.ts';

interface Off {
  /** The file of the list. */
  readonly path: string;
  readonly dataDir: string;
  readonly json: boolean;
  readonly yes: boolean | undefined;
}

/** The list first: while the mark is there, no daemon starts without one. */
export async function switchOff(
  { path, dataDir, json, yes }: Off,
  terminal: Terminal,
): Promise<ExitCode> {
  const why = 'without a list everybody who can connect may command the daemon';
  await agree('From its next start on the daemon asks for no token. Go on?', why, {
    yes,
    terminal,
  });
  const away = await keepListAway(path, () => unmarkListUsed(dataDir));
  if (!away.ok) return report(away.fault, json, terminal);
  const { kept } = away;
  if (json) await terminal.json({ file: path, kept: kept ?? null });
  else {
    if (kept !== undefined) await terminal.line(`The list is kept as ${plain(kept)}.`);
    await terminal.line('A daemon that starts now asks for no token; one that runs still does.');
  }
  return EXIT.done;
}

/** Reports why `lockstep keys` did not do what it was asked. */
import type { ListFault } from '../../clients/client-list.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

export async function report(
  { message, hint }: ListFault,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const error = { code: 'keys', message, ...(hint === undefined ? {} : { hint }) };
  if (json) await terminal.json({ error });
  else terminal.complain([`lockstep: ${message}`, hint].filter(Boolean).join('\n  '));
  return EXIT.notDone;
}

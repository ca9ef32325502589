/** Asks the person at the terminal, or insists on --yes where there is none. */
import { createInterface } from 'node:readline/promises';
import { Declined, UsageError } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

export const YES = {
  yes: { type: 'boolean', alias: 'y', describe: 'Do not ask', group: 'Command:' },
} as const;

interface Asking {
  /** It was said beforehand. */
  readonly yes: boolean | undefined;
  readonly terminal: Terminal;
  /** Where stdin serves for something else. */
  readonly canAsk?: boolean;
}

/**
 * @param why what is lost if it was not meant; told where nobody can be asked
 * @throws Declined, UsageError if nobody can be asked
 */
export async function agree(question: string, why: string, asking: Asking): Promise<void> {
  if (asking.yes === true) return;
  mustBeAskable(why, asking);
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const reply = await dialogue.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(reply.trim())) throw new Declined('Nothing was done.');
  } finally {
    dialogue.close();
  }
}

/** Before any work is done for a question that could not be asked. */
export function mustBeAskable(
  why: string,
  { yes, terminal, canAsk = terminal.canAsk }: Asking,
): void {
  if (yes !== true && !canAsk)
    throw new UsageError(`${why}, and nobody can be asked here: add --yes if that is meant`);
}

/** Asks the person at the terminal, or requires --yes if there is none. */
import { createInterface } from 'node:readline/promises';
import { Declined, UsageError } from '../exit-code.ts';
import type { Terminal } from '../output/terminal.ts';

export const YES = {
  yes: { type: 'boolean', alias: 'y', describe: 'Do not ask', group: 'Command:' },
} as const;

interface Asking {
  /** The answer was given in advance. */
  readonly yes: boolean | undefined;
  readonly terminal: Terminal;
  /** If stdin is used for something else. */
  readonly canAsk?: boolean;
}

/**
 * @param why the loss in case of a mistake; shown if there is no terminal to ask at
 * @throws Declined, UsageError if there is no terminal to ask at
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
    throw new UsageError(`${why}, and there is no terminal to ask at: add --yes to confirm`);
}

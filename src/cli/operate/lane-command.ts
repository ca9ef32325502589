/** `pause` and `resume`: of one lane, or of all. */
import { isError } from '../../protocol/answer.ts';
import { exitOfReply } from '../exit-code.ts';
import { errorText } from '../output/answer-text.ts';
import { laneTable } from '../output/summary-text.ts';
import { type Definition, type Subcommand, subcommand, withDaemon } from '../subcommand.ts';
import { author } from './author.ts';

const POSITIONALS = {
  lane: { choices: ['interactive', 'bulk'], describe: 'Only this lane; all if none is given' },
} as const;

type Texts = Pick<Definition<typeof POSITIONALS, Record<never, never>>, 'describe' | 'examples'>;

export function laneCommand(op: 'pause' | 'resume', words: Texts): Subcommand {
  return subcommand({
    usage: `${op} [lane]`,
    ...words,
    positionals: POSITIONALS,
    options: {},
    run: (args, terminal) =>
      withDaemon(args, async (client) => {
        const answer = await client[op](args.lane, { by: author() });
        if (args.json) await terminal.json(answer);
        else if (isError(answer)) terminal.note(errorText(answer, terminal));
        else await terminal.line(laneTable(answer));
        return exitOfReply(answer);
      }),
  });
}

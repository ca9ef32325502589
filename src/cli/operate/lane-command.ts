/** `pause` and `resume`: of one lane, or of all. */
import type { LanesAnswer } from '../../protocol/answer.ts';
import { show } from '../output/show.ts';
import { laneTable } from '../output/summary-text.ts';
import { type Definition, type Subcommand, subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';
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
      withDaemon(args, terminal, (client) => {
        const text = (answer: LanesAnswer) => laneTable(answer, terminal.roomFor());
        return show(client[op](args.lane, { by: author() }), { title: op, text }, terminal);
      }),
  });
}

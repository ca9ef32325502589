import { isError } from '../../protocol/answer.ts';
import { exitOfReply, UsageError } from '../exit-code.ts';
import { author } from '../operate/author.ts';
import { errorText } from '../output/answer-text.ts';
import { breakerTable } from '../output/breaker-text.ts';
import { subcommand, withDaemon } from '../subcommand.ts';

export const breaker = subcommand({
  usage: 'breaker [act] [node]',
  describe: 'Show the breakers of the nodes, or open, close or reset one',
  positionals: {
    act: {
      choices: ['open', 'close', 'reset'] as const,
      describe:
        'open: send nothing to the node until it is closed; reset: close, and clear the history',
    },
    node: { type: 'string', describe: 'Name of the node' },
  },
  options: {},
  examples: [
    ['$0 breaker', 'the state of each breaker, its time and cause'],
    ['$0 breaker open node02', 'before work on node02'],
  ],
  run: (args, terminal) => {
    const { act, node } = args;
    if (act !== undefined && node === undefined)
      throw new UsageError(`no node is named: lockstep breaker ${act} NODE`);
    return withDaemon(args, async (client) => {
      const answer =
        act === undefined || node === undefined
          ? await client.breakers()
          : await client.breaker(node, act, { by: author() });
      if (args.json) await terminal.json(answer);
      else if (isError(answer)) terminal.note(errorText(answer, terminal));
      else await terminal.line(breakerTable(answer.breakers, terminal));
      return exitOfReply(answer);
    });
  },
});

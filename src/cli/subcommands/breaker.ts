import type { BreakersAnswer } from '../../protocol/answer.ts';
import { UsageError } from '../exit-code.ts';
import { author } from '../operate/author.ts';
import { breakerTable } from '../output/breaker-text.ts';
import { show } from '../output/show.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

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
    return withDaemon(args, terminal, (client) => {
      const asked =
        act === undefined || node === undefined
          ? client.breakers()
          : client.breaker(node, act, { by: author() });
      const text = ({ breakers }: BreakersAnswer) => breakerTable(breakers, terminal);
      return show(asked, { title: 'breaker', text }, terminal);
    });
  },
});

/** `lockstep node`: shows the nodes; an operator drains one before work on it, or retires one that is gone. */
import type { LockstepClient } from '../../client/index.ts';
import type { NodesAnswer } from '../../protocol/answer.ts';
import type { NodeAct } from '../../protocol/input/request-input.ts';
import { UsageError } from '../exit-code.ts';
import { YES } from '../input/question.ts';
import { author } from '../operate/author.ts';
import { show } from '../output/show.ts';
import { plain } from '../output/terminal.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';
import { nodesTable } from './nodes-text.ts';
import { retireNode } from './retire.ts';

export const node = subcommand({
  usage: 'node [act] [node]',
  describe: 'Show the nodes; drain one before work on it; retire one that is gone for good',
  positionals: {
    act: {
      choices: ['drain', 'undrain', 'retire', 'unretire'] as const,
      describe:
        'drain: new commands wait until undrain; retire: open commands go on without the node, for good; unretire: new commands are accepted again',
    },
    node: { type: 'string', describe: 'Name of the node' },
  },
  options: {
    'dry-run': {
      type: 'boolean',
      describe: 'With retire: only show which commands would go on without the node',
      group: 'Command:',
    },
    force: {
      type: 'boolean',
      describe: 'With retire: even if its breaker is closed and it is not drained',
      group: 'Command:',
    },
    ...YES,
  },
  examples: [
    ['$0 node', 'which nodes there are, and which are drained'],
    ['$0 node drain node02', 'before a restart of node02'],
    ['$0 node undrain node02', 'afterwards: the commands that waited begin'],
    ['$0 node retire node02 --dry-run', 'node02 is gone: what becomes of commands that name it'],
    ['$0 node unretire node02', 'it was retired by mistake: new commands may begin again'],
  ],
  run: (args, terminal) => {
    const { act, node: name } = args;
    if (act !== undefined && name === undefined)
      throw new UsageError(`no node is named: lockstep node ${act} NODE`);
    if (act !== 'retire' && (args['dry-run'] === true || args.force === true))
      throw new UsageError('--dry-run and --force are options of lockstep node retire only');
    if (act === 'retire' && name !== undefined) return retireNode(name, args, terminal);
    return withDaemon(args, terminal, (client) => {
      const shown = {
        title: 'node: no answer yet',
        text: ({ nodes }: NodesAnswer) => nodesTable(nodes, terminal),
        ids: ({ nodes }: NodesAnswer) => Object.keys(nodes).map(plain),
      };
      return show(ask(client, act, name), shown, terminal);
    });
  },
});

function ask(client: LockstepClient, act: NodeAct | undefined, name: string | undefined) {
  if (act === undefined || name === undefined) return client.nodes();
  return client.node(name, act, { by: author() });
}

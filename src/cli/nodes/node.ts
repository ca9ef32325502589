/** `lockstep node`: shows the nodes; an operator drains one before work on it. */
import type { LockstepClient } from '../../client/index.ts';
import type { NodesAnswer } from '../../protocol/answer.ts';
import { UsageError } from '../exit-code.ts';
import { author } from '../operate/author.ts';
import { show } from '../output/show.ts';
import { plain } from '../output/terminal.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';
import { nodesTable } from './nodes-text.ts';

export const node = subcommand({
  usage: 'node [act] [node]',
  describe: 'Show the nodes; drain one before work on it, so that new commands wait',
  positionals: {
    act: {
      choices: ['drain', 'undrain'] as const,
      describe: 'drain: new commands wait until undrain; what has begun goes on',
    },
    node: { type: 'string', describe: 'Name of the node' },
  },
  options: {},
  examples: [
    ['$0 node', 'which nodes there are, and which are drained'],
    ['$0 node drain node02', 'before a restart of node02'],
    ['$0 node undrain node02', 'afterwards: the commands that waited begin'],
  ],
  run: (args, terminal) => {
    const { act, node: name } = args;
    if (act !== undefined && name === undefined)
      throw new UsageError(`no node is named: lockstep node ${act} NODE`);
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

function ask(
  client: LockstepClient,
  act: 'drain' | 'undrain' | undefined,
  name: string | undefined,
) {
  if (act === undefined || name === undefined) return client.nodes();
  return client.node(name, act, { by: author() });
}

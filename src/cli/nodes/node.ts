/** `lockstep node`: shows the nodes; an operator drains one before work on it. */
import { isError, type LockstepClient } from '../../client/index.ts';
import { exitOfReply, UsageError } from '../exit-code.ts';
import { author } from '../operate/author.ts';
import { errorText } from '../output/answer-text.ts';
import { subcommand, withDaemon } from '../subcommand.ts';
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
    return withDaemon(args, async (client) => {
      const answer = await ask(client, act, name);
      if (args.json) await terminal.json(answer);
      else if (isError(answer)) terminal.note(errorText(answer, terminal));
      else await terminal.line(nodesTable(answer.nodes, terminal));
      return exitOfReply(answer);
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

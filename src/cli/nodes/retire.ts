/** `lockstep node retire`: says what it would do, asks, does it. */
import { isError, type LockstepClient } from '../../client/index.ts';
import type { NodesAnswer } from '../../protocol/answer.ts';
import { exitOfReply } from '../exit-code.ts';
import { agree, mustBeAskable } from '../input/question.ts';
import { author } from '../operate/author.ts';
import { printError, show } from '../output/show.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { type DaemonArguments, withDaemon } from '../with-daemon.ts';
import { nodesTable, retiringText } from './nodes-text.ts';

const HARM = 'a node that is retired does not come back, and may keep records';

interface Arguments extends DaemonArguments {
  readonly yes: boolean | undefined;
  readonly force: boolean | undefined;
  readonly 'dry-run': boolean | undefined;
}

export function retireNode(node: string, args: Arguments, terminal: Terminal): Promise<number> {
  const force = args.force === true ? { force: true } : {};
  const isDry = args['dry-run'] === true;
  if (!isDry) mustBeAskable(HARM, { yes: args.yes, terminal });
  return withDaemon(args, terminal, async (client): Promise<number> => {
    const foreseen = () => client.node(node, 'retire', { ...force, dryRun: true });
    if (isDry) return shown(foreseen(), node, terminal);
    if (args.yes !== true) {
      const answer = await foreseen();
      if (isError(answer)) {
        await printError(answer, terminal);
        return exitOfReply(answer);
      }
      terminal.note(textOf(answer, node, terminal));
      await agree(`Retire ${plain(node)} for good?`, HARM, { yes: args.yes, terminal });
    }
    return shown(client.node(node, 'retire', { ...force, by: author() }), node, terminal);
  });
}

function shown(
  asked: ReturnType<LockstepClient['node']>,
  node: string,
  terminal: Terminal,
): Promise<number> {
  const texts = {
    title: 'node: no answer yet',
    text: (answer: NodesAnswer) => textOf(answer, node, terminal),
    ids: ({ nodes }: NodesAnswer) => Object.keys(nodes).map(plain),
  };
  return show(asked, texts, terminal);
}

function textOf({ nodes, retiring }: NodesAnswer, node: string, terminal: Terminal): string {
  const table = nodesTable(nodes, terminal);
  return retiring === undefined ? table : `${table}\n${retiringText(node, retiring, terminal)}`;
}

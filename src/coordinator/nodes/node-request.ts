/** `node`: shows the nodes; drains one for an operator, or retires it, or ends that. */
import { JournalError } from '../../journal/errors.ts';
import type { NodesAnswer, NodeUse } from '../../protocol/answer.ts';
import { errorReply } from '../../protocol/errors.ts';
import type { NodesRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { Respond } from '../ports.ts';
import type { RequestContext } from '../requests/context.ts';
import { missingNodes } from './missing-nodes.ts';
import { publishNode } from './node-news.ts';
import { retire } from './retire.ts';
import type { Retirements } from './retirements.ts';

interface Asking {
  readonly request: NodesRequest;
  readonly respond: Respond<NodesAnswer>;
}

export function nodeRequest(
  context: RequestContext,
  { request, respond }: Asking,
  batch: Batch,
): void {
  const { act, node, by } = request;
  if (act !== undefined && node === undefined) {
    const hint = 'Name the node.';
    return respond(errorReply('invalid_request', `${act} needs a node`, { field: 'node', hint }));
  }
  const { nodeNames } = context.options;
  const nodes = nodesOf(context);
  const isKnown = node === undefined || Object.hasOwn(nodes, node);
  const needsConfigured = act !== undefined && act !== 'retire';
  if (node !== undefined && (!isKnown || (needsConfigured && !nodeNames.includes(node)))) {
    const what = isKnown ? 'is not configured' : 'is no node';
    const hint = `The nodes are ${nodeNames.join(', ')}.`;
    return respond(
      errorReply('invalid_request', `${JSON.stringify(node)} ${what}`, { field: 'node', hint }),
    );
  }
  if (act === undefined || node === undefined) return respond({ nodes: only(nodes, node) });
  const shown = (): NodesAnswer => ({ nodes: only(nodesOf(context), node) });
  const publish = (): void => {
    const drained = context.drains.has(node);
    publishNode(context.ports, { node, drained, by }, context.retirements);
  };
  if (act === 'retire') return retire(context, { node, request, respond, shown, publish }, batch);
  return batch.read(async () => {
    try {
      if (act === 'unretire') await readmit(context, node, publish);
      else await context.drains.take(act, node, by);
      respond(shown());
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      respond(unavailable(error.message, { hint: error.hint }));
    }
  });
}

function nodesOf({ options, drains, retirements, commands }: RequestContext): NodesAnswer['nodes'] {
  const { nodeNames } = options;
  const configured = nodeNames.map((name): [string, NodeUse] => {
    const drained = drains.all.get(name);
    const stops = {
      ...(drained === undefined ? {} : { drained }),
      ...retiredIn(retirements, name),
    };
    return [name, { configured: true, ...stops }];
  });
  const missing = Object.entries(missingNodes(commands.registry.all(), nodeNames)).map(
    ([name, open]): [string, NodeUse] => {
      return [name, { configured: false, ...retiredIn(retirements, name), open }];
    },
  );
  return Object.fromEntries([...configured, ...missing]);
}

function retiredIn(retirements: Pick<Retirements, 'at'>, node: string): Pick<NodeUse, 'retired'> {
  const retired = retirements.at(node);
  return retired === undefined ? {} : { retired };
}

async function readmit(
  { retirements, breakers }: RequestContext,
  node: string,
  publish: () => void,
): Promise<void> {
  if (!retirements.has(node)) return;
  await retirements.readmit(node);
  breakers.admission.update();
  publish();
}

function only(nodes: NodesAnswer['nodes'], node: string | undefined): NodesAnswer['nodes'] {
  const use = node === undefined ? undefined : nodes[node];
  return node === undefined || use === undefined ? nodes : { [node]: use };
}

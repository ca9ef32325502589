/** `node`: shows the nodes; drains one for an operator, or ends that. */
import { JournalError } from '../../journal/errors.ts';
import type { NodesAnswer, NodeUse } from '../../protocol/answer.ts';
import { errorReply } from '../../protocol/errors.ts';
import type { NodesRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { Respond } from '../ports.ts';
import type { RequestContext } from '../requests/context.ts';
import { missingNodes } from './missing-nodes.ts';

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
  if (node !== undefined && (!isKnown || (act !== undefined && !nodeNames.includes(node)))) {
    const what = isKnown ? 'is not configured' : 'is no node';
    const hint = `The nodes are ${nodeNames.join(', ')}.`;
    return respond(
      errorReply('invalid_request', `${JSON.stringify(node)} ${what}`, { field: 'node', hint }),
    );
  }
  if (act === undefined || node === undefined) return respond({ nodes: only(nodes, node) });
  return batch.read(async () => {
    try {
      await context.drains.take(act, node, by);
      respond({ nodes: only(nodesOf(context), node) });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      respond(unavailable(error.message, { hint: error.hint }));
    }
  });
}

function nodesOf({ options, drains, commands }: RequestContext): NodesAnswer['nodes'] {
  const { nodeNames } = options;
  const configured = nodeNames.map((name): [string, NodeUse] => {
    const drained = drains.all.get(name);
    return [name, { configured: true, ...(drained === undefined ? {} : { drained }) }];
  });
  const missing = Object.entries(missingNodes(commands.registry.all(), nodeNames)).map(
    ([name, open]): [string, NodeUse] => [name, { configured: false, open }],
  );
  return Object.fromEntries([...configured, ...missing]);
}

function only(nodes: NodesAnswer['nodes'], node: string | undefined): NodesAnswer['nodes'] {
  const use = node === undefined ? undefined : nodes[node];
  return node === undefined || use === undefined ? nodes : { [node]: use };
}

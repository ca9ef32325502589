/**
 * `node retire`: the order to open commands to go on without a node that is gone, or what it would mean for them.
 * Refused for a node that may still be in use: its breaker is closed, and nobody has drained it.
 */
import { JournalError } from '../../journal/errors.ts';
import type { NodesAnswer } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { NodesRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { Respond } from '../ports.ts';
import { inPieces, type Walk } from '../queries/in-pieces.ts';
import type { RequestContext } from '../requests/context.ts';
import { retiringOf } from './retiring-of.ts';

interface Retire {
  readonly node: string;
  readonly request: Pick<NodesRequest, 'dryRun' | 'force' | 'by'>;
  readonly respond: Respond<NodesAnswer>;
  /** The node as it is now. */
  readonly shown: () => NodesAnswer;
  readonly publish: () => void;
}

export function retire(context: RequestContext, asking: Retire, batch: Batch): void {
  const { node, request, respond, shown, publish } = asking;
  const { dryRun } = request;
  const refusal = refusalOf(context, asking);
  if (refusal !== undefined) return respond(refusal);
  if (dryRun === true) return batch.look(inPieces(foresee(), respond));
  const { retirements, ports, options } = context;
  // Before anything else is accepted: no command may name the node and be left behind.
  retirements.refuseFor(node);
  return batch.read(async () => {
    const { retiring, upTo } = await foreseen();
    try {
      await retirements.retire(node, { by: request.by, upTo });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return respond(unavailable(error.message, { hint: error.hint }));
    }
    context.breakers.admission.update();
    for (let executor = 0; executor < options.executors; executor++) {
      ports.order(executor, { kind: 'retire', node, upTo });
    }
    publish();
    return respond({ ...shown(), retiring });
  });

  function* foresee(): Walk {
    const { retiring } = yield* retiringOf(context, node);
    respond({ ...shown(), retiring });
  }

  /** No act runs before it ends, so the commands stay as they are meanwhile. */
  async function foreseen() {
    const walk = retiringOf(context, node);
    for (;;) {
      const { done, value } = walk.next();
      if (done === true) return value;
      await nextTurn(ports);
    }
  }
}

/** By the port, so that a simulation decides what comes between. */
function nextTurn({ now, at }: RequestContext['ports']): Promise<void> {
  return new Promise((resolve) => at(now(), resolve));
}

function refusalOf(
  { options, breakers, drains, retirements }: RequestContext,
  { node, request: { force } }: Retire,
): ErrorReply | undefined {
  const { nodeNames } = options;
  if (!nodeNames.includes(node)) return undefined;
  const isLast = nodeNames.every((name) => name === node || retirements.has(name));
  if (isLast) {
    const hint =
      'Add the node that takes its place to the configuration first, and restart the daemon.';
    return errorReply('invalid_request', `${node} is the last node`, { field: 'node', hint });
  }
  const isAway = drains.has(node) || breakers.isShut(node) || retirements.has(node);
  if (isAway || force === true) return undefined;
  const message = `the breaker of ${node} is closed and the node is not drained: it may be in use`;
  const hint = `To stop using it for a while: lockstep node drain ${node}. If it is gone for good: add --force ("force": true).`;
  return errorReply('invalid_request', message, { field: 'node', hint });
}

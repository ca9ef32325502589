/** `breaker`: shows the breakers; opens, closes or resets one for an operator. */
import { errorReply } from '../../protocol/errors.ts';
import type { BreakerRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import type { Respond } from '../ports.ts';
import type { RequestContext } from './context.ts';

export function breaker(
  { breakers }: Pick<RequestContext, 'breakers'>,
  { request, respond }: { request: BreakerRequest; respond: Respond },
  batch: Batch,
): void {
  const { node, act } = request;
  if (node === undefined) {
    if (act === undefined) return respond({ breakers: breakers.views });
    return respond(
      errorReply('invalid_request', `${act} needs a node`, {
        field: 'node',
        hint: 'Name the node.',
      }),
    );
  }
  if (!breakers.has(node)) {
    const names = Object.keys(breakers.views).join(', ');
    return respond(
      errorReply('invalid_request', `there is no node ${JSON.stringify(node)}`, {
        field: 'node',
        hint: `The nodes are ${names}.`,
      }),
    );
  }
  const show = (): void => {
    const view = breakers.views[node];
    respond({ breakers: view === undefined ? {} : { [node]: view } });
  };
  if (act === undefined) return show();
  breakers.act(node, act, batch);
  return batch.read(async () => show());
}

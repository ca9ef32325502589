/**
 * `retry`, `abandon` of a parked command. A retried one is on probation (probation.ts): if it crashes the daemon
 * again, it is parked again.
 */
import type { CommandAnswer } from '../../protocol/answer.ts';
import { errorReply } from '../../protocol/errors.ts';
import type { OperatorAct } from '../../protocol/work.ts';
import type { Batch } from '../batch.ts';
import type { Respond } from '../ports.ts';
import type { OpenCommand } from '../queue/open-command.ts';
import type { RequestContext } from './context.ts';
import { type Unholding, unhold } from './unhold.ts';

interface Asking {
  readonly request: { readonly op: OperatorAct; readonly id: string };
  readonly respond: Respond<CommandAnswer>;
  readonly batch: Batch;
}

export function onParked(
  context: RequestContext,
  open: OpenCommand,
  { request: { op, id }, respond, batch }: Asking,
): void {
  if (op === 'cancel') {
    return respond(
      errorReply('invalid_request', `${id} is parked`, {
        field: 'id',
        hint: `Run it again, or give it up: lockstep retry ${id}, lockstep abandon ${id}.`,
        id,
      }),
    );
  }
  if (op === 'retry') {
    const done: Unholding['done'] = ([answer]) => answer && respond(answer);
    return unhold(context, { commands: [open], respond, done }, batch);
  }
  open.addWaiter(respond);
  context.commands.settleUndriven(open, 'disown', batch);
}

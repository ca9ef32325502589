/** `pause` and `resume`: an operator stops or starts one lane, or both. */
import { JournalError } from '../../journal/errors.ts';
import type { PauseRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { unavailable } from '../breakers/unavailable.ts';
import type { Respond } from '../ports.ts';
import { lanesOf } from '../queries/queries.ts';
import type { RequestContext } from './context.ts';

export function pauseOrResume(
  context: RequestContext,
  { request, respond }: { request: PauseRequest; respond: Respond },
  batch: Batch,
): void {
  batch.read(async () => {
    try {
      await context.pauses.take(request);
      respond(lanesOf(context));
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      respond(unavailable(error.message, { hint: error.hint }));
    }
  });
}

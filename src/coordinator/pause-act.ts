/** `pause` and `resume`: an operator's word about a lane, or about both. */
import { JournalError } from '../journal/errors.ts';
import type { PauseRequest } from '../protocol/request.ts';
import type { Respond } from './ports.ts';
import { lanesOf, type QueryDesk } from './queries.ts';
import type { Turn } from './turn.ts';
import { unavailable } from './unavailable.ts';

export function pauseOrResume(
  desk: QueryDesk,
  { request, respond }: { request: PauseRequest; respond: Respond },
  turn: Turn,
): void {
  turn.read(async () => {
    try {
      await desk.pauses.take(request);
      respond(lanesOf(desk));
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      respond(unavailable(error.message, { hint: error.hint }));
    }
  });
}

/** What the routes of the door have to work with. */
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../channel/door-messages.ts';
import type { Answer } from '../protocol/answer.ts';
import type { Request } from '../protocol/request.ts';
import type { Refusals } from './access/refusals.ts';
import type { DaemonStatus } from './daemon-status.ts';
import type { EventStreams } from './events/streams.ts';

export interface DoorParts {
  /** Known to the door itself: no other thread is asked. */
  readonly status: () => DaemonStatus;
  /**
   * Asks the coordinator; the answer comes within a bounded time.
   *
   * @param bytes of the text of the request
   */
  readonly ask: (request: Request, caller: Caller, bytes?: number) => Promise<Answer>;
  readonly refusals: Refusals;
  readonly events: EventStreams;
}

/** One module registers the routes of one matter; each route declares its need (`access/gate.ts`). */
export type Routes = (server: FastifyInstance, parts: DoorParts) => void;

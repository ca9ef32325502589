/** What the routes of the door have to work with. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { ClientList } from '../clients/client-list.ts';
import type { Refusals } from './access/refusals.ts';
import type { Sessions } from './access/sessions.ts';
import type { CoordinatorLine } from './coordinator-line.ts';
import type { DaemonStatus } from './daemon-status.ts';
import type { EventStreams } from './events/streams.ts';
import type { FigureStreams } from './history/figure-streams.ts';
import type { History } from './history/history.ts';
import type { PageFiles } from './page-files.ts';

export interface DoorParts {
  /** Known to the door itself: no other thread is asked. */
  readonly status: () => DaemonStatus;
  /** Sends the call of a client to the coordinator. */
  readonly call: CoordinatorLine['call'];
  /** Calls under way at once; each holds a connection. */
  readonly callsMax: number;
  /** The largest request. */
  readonly frameBytesMax: number;
  readonly refusals: Refusals;
  readonly events: EventStreams;
  /** The list whose tokens count now. */
  readonly clients: () => ClientList;
  /** Of browsers at the live page. */
  readonly sessions: Sessions;
  readonly history: History;
  readonly figureStreams: FigureStreams;
  /** The live page; no files if it was not built. */
  readonly page: PageFiles;
  /** The server speaks HTTPS. */
  readonly isSecure: boolean;
  /** Of all metrics. */
  readonly registry: Registry;
}

/** One module registers the routes of one matter; each route declares its need (`access/gate.ts`). */
export type Routes = (server: FastifyInstance, parts: DoorParts) => void;

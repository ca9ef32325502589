/** An exchange whose body the journal has: it is sent when the body has come, as a node's client does. */
import type { Subject } from '../../src/node/dialect/codec.ts';
import type { Exchange } from './happening.ts';
import type { Network, Outcome, Sent } from './network.ts';

const GIVEN_UP: Outcome = {
  answer: { kind: 'unsent', detail: 'given up' },
  status: undefined,
  isStarted: false,
  isOurs: false,
  isGivenUp: true,
};

export interface Fetching {
  readonly fetch: Subject['fetch'];
  readonly network: Network;
  readonly later: (act: () => void) => void;
  readonly ended: (outcome: Outcome) => void;
}

export function sendFetched(exchange: Exchange, { fetch, network, later, ended }: Fetching): Sent {
  const { request } = exchange;
  if (request.kind !== 'create' || request.stored !== true) return network.send(exchange, ended);
  if (fetch === undefined) throw new Error('no way to fetch the body of a record');
  let sent: Sent | undefined;
  let isOver = false;
  fetch((body) => {
    if (!isOver) sent = network.send({ ...exchange, request: { ...request, body } }, ended);
  });
  return {
    abort: () => {
      if (sent !== undefined) return sent.abort();
      if (!isOver) later(() => ended(GIVEN_UP));
      isOver = true;
    },
    drop: () => {
      isOver = true;
      sent?.drop();
    },
  };
}

/** A client and a peer that answers it; both are closed after the test. */
import { expect, onTestFinished } from 'vitest';
import { type ClientOptions, LockstepClient } from '../../src/client/index.ts';
import { PeerDaemon, type Script } from './peer-daemon.ts';

export async function startPeer(script: Script = {}): Promise<PeerDaemon> {
  const peer = await PeerDaemon.start(script);
  onTestFinished(() => peer.down());
  return peer;
}

export async function startPair(script: Script = {}, options: ClientOptions = {}) {
  const peer = await startPeer(script);
  const { endpoint, eventsEndpoint } = peer;
  const client = await LockstepClient.connect({ endpoint, eventsEndpoint, ...options });
  onTestFinished(() => client.close());
  return { peer, client };
}

/** Waits until the function returns the expected value; long enough for a machine under load. */
export function eventually<T>(give: () => T) {
  return expect.poll(give, { timeout: 20_000 });
}

/** The creates that reached the peer, repeats included. */
export function creates(peer: PeerDaemon) {
  return peer.seen.filter((request) => request.op === 'create');
}

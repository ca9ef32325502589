/** The daemon's own client of a node, for the calls of `lockstep doctor`: same bytes, credentials, certificates, limits. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ConfiguredNode } from '../../config/schema.ts';
import { AfterPoll } from '../../node/after-poll.ts';
import type { Dialect } from '../../node/dialect/dialect.ts';
import { NodeClient } from '../../node/node-client.ts';
import { causeOf } from './http.ts';

export interface ClientTerms {
  readonly dialect: Dialect;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls at once. */
  readonly connections: number;
}

/** `lookUpName` comes next. */
export function clientOf({ limits, ...access }: ConfiguredNode, terms: ClientTerms): NodeClient {
  const { requestTimeoutMs, connectTimeoutMs, answerBytes } = limits;
  return new NodeClient({
    ...access,
    ...terms,
    requestTimeoutMs,
    connectTimeoutMs,
    answerBytes,
    wallNow: Date.now,
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    afterPoll: new AfterPoll(),
  });
}

/** Looks up the name of the node for its client: no call is possible before. */
export async function lookUpName(client: NodeClient): Promise<void> {
  const { url, socket } = client.options;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (socket !== undefined || isIP(host) !== 0) return;
  try {
    client.onResolution({ host, addresses: await lookup(host, { all: true }) });
  } catch (error) {
    const failure = { detail: `${host}: ${causeOf(error, 0)}`, isOurs: true };
    client.onResolution({ host, failure });
  }
}

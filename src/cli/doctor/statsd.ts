/**
 * The statsd server, if metrics go to one. UDP has no answers: the most that can be seen is that the name has an address
 * and that its machine does not refuse a datagram.
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { codeOf } from '../../base/error-fields.ts';
import type { Settings } from '../../config/schema.ts';
import { type Finding, fail, ok } from './finding.ts';

/** In which the refusal of a datagram comes back from another machine. */
const REFUSAL_MS = 300;

export async function checkStatsd(
  { statsd, statsdFormat, statsdPrefix }: Settings,
  { sendTest }: { readonly sendTest: boolean },
): Promise<Finding> {
  if (statsd === undefined) return ok('statsd', 'off');
  const address = `${statsd.host}:${statsd.port}`;
  try {
    // As the daemon does: names by IPv4.
    const family = statsd.host.includes(':') ? 6 : 4;
    const host = (await lookup(statsd.host, { family })).address;
    if (!sendTest) return ok('statsd', `on; --send-test tries it (${address}, ${statsdFormat})`);
    const line = `${statsdPrefix}.doctor:1|c`;
    await send(line, { host, port: statsd.port, family });
    return ok('statsd', `${line} was sent to ${address}; UDP has no answer, so look for it there`);
  } catch (error) {
    const hint = 'Check LOCKSTEP_STATSD, and that the statsd server listens there.';
    return fail('statsd', `${address} cannot be reached: ${codeOf(error) ?? String(error)}`, hint);
  }
}

/** @throws the error of the network, a refusal by the machine included */
async function send(
  line: string,
  { host, port, family }: { host: string; port: number; family: 4 | 6 },
): Promise<void> {
  const socket = createSocket(`udp${family}`);
  try {
    const connected = once(socket, 'connect');
    socket.connect(port, host);
    await connected;
    // It rejects with the error that the refusal of the first datagram becomes.
    const refused = once(socket, 'message', { signal: AbortSignal.timeout(REFUSAL_MS) });
    socket.send(line);
    await refused.catch((error: Error) => {
      if (error.name !== 'AbortError' && error.name !== 'TimeoutError') throw error;
    });
  } finally {
    socket.close();
  }
}

/** Where to connect: the daemon's addresses, seen from the client. */
import { ClientError } from './errors.ts';

/** The pause doubles from the first to the last: a daemon that is back, or opens its socket again, is soon found. */
export const RECONNECT = { reconnectInterval: 20, reconnectMaxInterval: 250 } as const;

export const DEFAULT_ENDPOINT = 'tcp://127.0.0.1:5570';
export const DEFAULT_EVENTS_ENDPOINT = 'tcp://127.0.0.1:5571';

/** At least one. */
export type Endpoints = readonly [string, ...string[]];

/**
 * The addresses in the order in which they are tried, each once.
 * @param given a list, or one text with commas between the addresses
 * @throws ClientError `bad_endpoint` if there is none
 */
export function endpointsOf(
  given: string | readonly string[] | undefined,
  usual: string,
): Endpoints {
  const texts = typeof given === 'string' ? [given] : (given ?? [usual]);
  const all = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
  const [first, ...others] = new Set(all.filter((text) => text !== ''));
  if (first !== undefined) return [first, ...others];
  throw new ClientError('bad_endpoint', { message: 'no address to connect to', endpoint: '' });
}

/**
 * The address to connect to. Daemon and clients often share one setting, so addresses that only a
 * daemon can bind (`tcp://*:5570`, `tcp://0.0.0.0:5570`) mean this machine.
 */
function connectable(endpoint: string): string {
  return endpoint.replace(/^tcp:\/\/(\*|0\.0\.0\.0):/, 'tcp://127.0.0.1:');
}

/** ZeroMQ resolves names to IPv6 only with the option `ipv6`; an address in brackets needs it. */
export function isIpv6(endpoint: string): boolean {
  return endpoint.startsWith('tcp://[');
}

/** Disconnects from the address of `connectSocket`. */
export function disconnectSocket(
  socket: { disconnect(address: string): void },
  endpoint: string,
): void {
  socket.disconnect(connectable(endpoint));
}

/** Connects; the error names the fault of the address. */
export function connectSocket(socket: { connect(address: string): void }, endpoint: string): void {
  try {
    socket.connect(connectable(endpoint));
  } catch (cause) {
    const message = `${endpoint} is not an address to connect to`;
    throw new ClientError('bad_endpoint', { message, endpoint, cause });
  }
}

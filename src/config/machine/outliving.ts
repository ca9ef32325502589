/**
 * How long the kernel may continue to send for a process that was killed: its buffered bytes for an
 * unreachable node leave when the network is back
 * (docs/decisions/035-bytes-that-outlive-the-process.md).
 */
import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import type { NodeAccess } from '../../node/access/access.ts';

/** The setting of Linux that bounds it. */
export const ORPHAN_RETRIES = 'net.ipv4.tcp_orphan_retries';
const PATH = '/proc/sys/net/ipv4/tcp_orphan_retries';

/** The meaning of 0. Also assumed on systems other than Linux, which have no such setting. */
const RETRIES_BY_DEFAULT = 8;
/** TCP_RTO_MIN and TCP_RTO_MAX of the kernel, ms. */
const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 120_000;
/**
 * From then on each retry waits as long as the one before: the logarithm of the ratio of the two,
 * rounded down.
 */
const DOUBLINGS_MAX = Math.floor(Math.log2(RETRY_MAX_MS / RETRY_MIN_MS));
/** The kernel counts from the first retry, which comes a little more than a round trip later. */
const FIRST_RETRY_MS = 1000;

/**
 * `tcp_model_timeout` of Linux, and the time until it begins to count.
 *
 * @param retries `net.ipv4.tcp_orphan_retries`
 * @returns ms, from the end of the process on
 */
export function outlivingMs(retries: number): number {
  const count = retries === 0 ? RETRIES_BY_DEFAULT : retries;
  const doublings = Math.min(count, DOUBLINGS_MAX);
  const steady = count - doublings;
  return (2 ** (doublings + 1) - 1) * RETRY_MIN_MS + steady * RETRY_MAX_MS + FIRST_RETRY_MS;
}

/** The present setting of this kernel, for this process's network. */
export function readOutlivingMs(): number {
  return outlivingMs(readRetries());
}

function readRetries(): number {
  let text: string;
  try {
    text = readFileSync(PATH, 'utf8');
  } catch {
    // Not Linux, or a Linux that hides it.
    return RETRIES_BY_DEFAULT;
  }
  return /^\d+\s*$/.test(text) ? Number(text) : RETRIES_BY_DEFAULT;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Whether the URL shows that a node is on this machine: then no network to it can fail. Of names,
 * only `localhost` is known to mean the same place at all times (RFC 6761).
 */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || isLoopbackAddress(host);
}

/** Of IPv4 or IPv6, without brackets. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether no network leads to this node: it is on this machine. */
export function isLocal({ url, socket }: Pick<NodeAccess, 'url' | 'socket'>): boolean {
  return socket !== undefined || isLoopback(url);
}

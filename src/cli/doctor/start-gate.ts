/** The start gate, tried as the daemon will at its next start: does its address answer now? */
import { once } from 'node:events';
import { connect } from 'node:net';
import { shownUrl } from '../../base/shown-url.ts';
import type { Settings } from '../../config/schema.ts';
import { type Finding, fail, ok } from './finding.ts';
import { exchange } from './http.ts';

const CHECK = 'start gate';

export async function checkStartGate(
  { startGate: address }: Settings,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  if (address === undefined) return [];
  const why = address.startsWith('tcp:')
    ? await refusalOf(new URL(address), timeoutMs)
    : await trouble(address, timeoutMs);
  const shown = shownUrl(address);
  if (why === undefined) return [ok(CHECK, `${shown} answers`)];
  const hint = 'A start waits for it: bring it up, or correct LOCKSTEP_START_GATE.';
  return [fail(CHECK, `${shown}: ${why}`, hint)];
}

async function trouble(url: string, timeoutMs: number): Promise<string | undefined> {
  const answer = await exchange({ url, timeoutMs });
  if (answer.kind === 'silent') return answer.why;
  return answer.status >= 200 && answer.status < 300 ? undefined : `it answers ${answer.status}`;
}

async function refusalOf({ hostname, port }: URL, timeoutMs: number): Promise<string | undefined> {
  const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
    return undefined;
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    return name === 'AbortError' ? `no answer in ${timeoutMs} ms` : (code ?? message);
  } finally {
    socket.destroy();
  }
}

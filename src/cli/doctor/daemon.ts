/** The daemon itself: does it answer clients and operators, and does it report problems? */

import { durationText } from '../../base/time/duration-text.ts';
import { ClientError, isError, LockstepClient, type SummaryAnswer } from '../../client/index.ts';
import type { Settings } from '../../config/schema.ts';
import { packageVersion } from '../../config/version.ts';
import type { Identity } from '../input/identity.ts';
import { drainedTexts, NODES_CHANGED, retiredTexts, troublesOf } from '../output/summary-text.ts';
import { plain } from '../output/terminal.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { checkOpsPort } from './ops/port.ts';

const TOKEN_HINT =
  'Give doctor the token or the key file of a client with this role: --token-file, or --key-file.';

export async function checkDaemon(
  settings: Pick<Settings, 'endpoint' | 'opsHost' | 'opsPort' | 'opsTlsCert' | 'opsTlsKey'>,
  { timeoutMs, identity }: { readonly timeoutMs: number; readonly identity: Identity },
): Promise<readonly Finding[]> {
  const found = await Promise.all([
    clientPort(connectable(settings.endpoint), { timeoutMs, identity }),
    checkOpsPort(settings, timeoutMs),
  ]);
  return found.flat();
}

/** An address to bind is not always one to connect to. */
function connectable(endpoint: string): string {
  return endpoint.replace(/^tcp:\/\/(?:\*|0\.0\.0\.0|\[::\]):/, 'tcp://127.0.0.1:');
}

async function clientPort(
  endpoint: string,
  { timeoutMs, identity }: { readonly timeoutMs: number; readonly identity: Identity },
): Promise<readonly Finding[]> {
  try {
    const client = await LockstepClient.connect({ endpoint, ...identity, timeoutMs });
    try {
      const begun = performance.now();
      const answer = await client.summary({ timeoutMs });
      const took = durationText(performance.now() - begun);
      if (!isError(answer)) return daemonFindings(answer, `${endpoint} answers in ${took}`);
      const { code, message, hint } = answer.error;
      if (code !== 'unauthorised') return [fail('daemon', message, hint)];
      return [ok('daemon', `${endpoint} answers in ${took}`), warn('daemon', message, TOKEN_HINT)];
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return [fail('daemon', error.message, error.hint)];
  }
}

function daemonFindings(answer: SummaryAnswer, detail: string): readonly Finding[] {
  const { version, pid, state, stuck, held = 0, parked = 0, open, openMax } = answer;
  const found = [ok('daemon', `${detail}: version ${plain(version)}, process ${pid}, ${state}`)];
  const own = packageVersion();
  if (version !== own) {
    const hint = 'Restart the daemon after an update.';
    found.push(warn('daemon', `it is version ${plain(version)}, this is ${own}`, hint));
  }
  if (state === 'draining') {
    found.push(warn('daemon', 'it is stopping', 'New commands are answered `draining`.'));
  }
  if (stuck > 0) {
    const hint = 'lockstep list --stuck shows them; bring their nodes back.';
    found.push(fail('daemon', `${stuck} commands are stuck`, hint));
  }
  if (parked > 0) {
    const hint = 'See lockstep list --parked, then lockstep retry or abandon.';
    found.push(fail('daemon', `${parked} commands are parked: they crashed the daemon`, hint));
  }
  if (held > 0) {
    const hint = 'After lockstep audit: lockstep restore --resume or --abandon.';
    found.push(warn('daemon', `${held} commands are held since the journal was restored`, hint));
  }
  for (const text of troublesOf(answer)) {
    const hint = 'See "Problems around the daemon" in docs/operate/monitor.md.';
    found.push(fail('daemon', text, hint));
  }
  for (const text of drainedTexts(answer)) {
    found.push(warn('daemon', text, 'After the work on it: lockstep node undrain NAME.'));
  }
  for (const text of retiredTexts(answer)) {
    const hint = 'Then restart the daemon: until then it refuses new commands.';
    found.push(fail('daemon', text, hint));
  }
  const { waitsFor } = answer.regularAudit ?? {};
  if (waitsFor !== undefined) {
    const hint = 'It tries again every minute: see docs/operate/audit.md.';
    found.push(warn('daemon', `the regular audit does not get on: ${plain(waitsFor)}`, hint));
  }
  if (answer.nodesBefore !== undefined) {
    const hint =
      'If you changed them, do nothing: the next start ends this warning. Otherwise look for a' +
      ' forgotten variable.';
    found.push(warn('daemon', `${NODES_CHANGED}: ${plain(answer.nodesBefore)}`, hint));
  }
  if (open > openMax / 2) {
    const hint = 'Send slower, or look for slow nodes: lockstep status.';
    found.push(warn('daemon', `${open} commands are open, of at most ${openMax}`, hint));
  }
  return found;
}

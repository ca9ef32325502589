/** How the sockets are protected, by the settings and files as they are now. */
import {
  eventsAreOff,
  type Guarded,
  letsStrangersConnect,
  unprotectedAddresses,
} from '../../../config/machine/protection.ts';
import { type Finding, ok, warn } from '../finding.ts';

const CHECK = 'protection';

export function checkProtection(settings: Guarded): readonly Finding[] {
  const open = unprotectedAddresses(settings);
  const { curveKeyFile } = settings;
  const findings: Finding[] = [];
  if (open.length > 0) {
    const hint = 'Make keys and a list of clients: docs/operate/protect.md.';
    const message = `other machines can connect to ${open.join(', ')}, and everybody there can command the daemon`;
    findings.push(warn(CHECK, message, hint));
  }
  if (eventsAreOff(settings)) {
    const hint = 'Set LOCKSTEP_CURVE_KEY_FILE, or an ipc:// address for LOCKSTEP_EVENTS_ENDPOINT.';
    findings.push(warn(CHECK, 'LOCKSTEP_AUTH=required: no events are published by ZeroMQ', hint));
  }
  if (letsStrangersConnect(settings)) {
    const hint =
      'Set LOCKSTEP_CURVE_KEY_FILE, or an ipc:// address for LOCKSTEP_ENDPOINT: SECURITY.md.';
    const message = `peers without a token can connect to ${settings.endpoint}, and one that is hostile can end the daemon`;
    findings.push(warn(CHECK, message, hint));
  }
  if (curveKeyFile !== undefined) {
    findings.push(ok(CHECK, `both sockets use CURVE, with the key ${curveKeyFile}`));
  }
  return findings;
}

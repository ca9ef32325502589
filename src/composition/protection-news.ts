/** Says at the start how the sockets are protected, where an operator would not expect it. */
import { readClientFile } from '../clients/client-file.ts';
import { defaultClients } from '../config/complete.ts';
import {
  eventsAreOff,
  letsStrangersConnect,
  unprotectedAddresses,
} from '../config/machine/protection.ts';
import type { Settings } from '../config/schema.ts';
import type { Log } from '../observe/log/log-port.ts';

export function logProtection(settings: Settings, log: Log): void {
  const open = unprotectedAddresses(settings);
  if (open.length > 0) {
    const hint =
      'LOCKSTEP_UNPROTECTED=true allows it; docs/operate/protect.md shows how to protect them.';
    const addresses = open.join(', ');
    log.warn('other machines can connect, and everybody there can command this daemon', {
      addresses,
      hint,
    });
  }
  if (eventsAreOff(settings)) {
    const hint =
      'LOCKSTEP_AUTH=required needs LOCKSTEP_CURVE_KEY_FILE or an ipc:// address for them.';
    log.warn('no events are published by ZeroMQ: nobody can be asked for a token there', { hint });
  }
  if (letsStrangersConnect(settings)) {
    const hint =
      'Set LOCKSTEP_CURVE_KEY_FILE, or an ipc:// address for LOCKSTEP_ENDPOINT (SECURITY.md).';
    const { endpoint } = settings;
    log.warn('peers without a token can connect, and one that is hostile can end the daemon', {
      endpoint,
      hint,
    });
  }
  if (!hasNoList(settings)) return;
  if (settings.clients !== defaultClients(settings.dataDir)) {
    const hint = 'Correct LOCKSTEP_CLIENTS, or make the list: `lockstep keys add`.';
    log.warn('the file of the list of clients does not exist', { file: settings.clients, hint });
  }
  if (settings.curveKeyFile !== undefined) {
    const hint = '`lockstep keys add` adds a client; the daemon needs no restart.';
    log.warn('no client can connect: CURVE is on, and there is no list of clients', { hint });
  }
}

function hasNoList({ clients }: Settings): boolean {
  const read = readClientFile(clients);
  return read.ok && read.list === undefined;
}

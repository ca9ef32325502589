/** Who may command the daemon. A list that cannot be used is a problem of the configuration already. */
import { readClientFile } from '../../../clients/client-file.ts';
import type { Settings } from '../../../config/schema.ts';
import { type Finding, ok, warn } from '../finding.ts';

export function checkClients({ clients: path, auth }: Pick<Settings, 'clients' | 'auth'>): Finding {
  const read = readClientFile(path);
  const list = read.ok ? read.list : undefined;
  if (list !== undefined) {
    const count = list.clients.length;
    if (count > 0) return ok('clients', `${count} in ${path}`);
    return warn('clients', `${path} is empty: every request is refused`, ADD);
  }
  if (auth === 'required') {
    return warn('clients', `there is no list (${path}), and LOCKSTEP_AUTH is required`, ADD);
  }
  return ok('clients', `there is no list (${path}): ${OPEN}`);
}

const OPEN =
  'any user of this machine may command the daemon by ZeroMQ. To prevent it: ' +
  'lockstep keys add, or LOCKSTEP_AUTH=required; and CURVE or an ipc:// address, so that no other user can connect. ' +
  'HTTP asks for a token anyway';
const ADD = 'lockstep keys add NAME --role ROLE';

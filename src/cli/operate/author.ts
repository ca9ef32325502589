/** The author of an operator's command, for the daemon's log: user and machine of this process. */
import { hostname, userInfo } from 'node:os';
import { plain } from '../output/terminal.ts';

const LENGTH_MAX = 200;

export function author(): string {
  return plain(`${userName()}@${hostname()}`.slice(0, LENGTH_MAX));
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return String(process.getuid?.() ?? 'somebody');
  }
}

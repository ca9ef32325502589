/** Who gives the order, for the daemon's log: the user and machine the command line runs as. */
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
    // A container may run as a number that nobody has named.
    return String(process.getuid?.() ?? 'somebody');
  }
}

/**
 * How connections to nodes are made and, above all, unmade: an exchange that is given up resets its
 * connection, so that bytes which have not left this machine never do (design, section 4). A plain
 * close would still deliver what the kernel has buffered.
 */
import { Socket } from 'node:net';
import { buildConnector } from 'undici';

/** The code of the error with which undici destroys the socket of an aborted request. */
const ABORTED = 'UND_ERR_INFO';

export function resettingConnector(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false, noDelay: true });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      // TLS can't be reset: what it has encrypted is out of our hands. It is in doubt all the same.
      if (options.protocol === 'http:' && socket instanceof Socket) resetOnAbort(socket);
      return callback(null, socket);
    });
}

function resetOnAbort(socket: Socket): void {
  const { destroy } = socket;
  socket.destroy = (error?: Error) => {
    // Once is enough, and resetAndDestroy calls destroy itself.
    socket.destroy = destroy;
    const aborted = (error as NodeJS.ErrnoException | undefined)?.code === ABORTED;
    if (aborted && !socket.connecting && !socket.destroyed) return socket.resetAndDestroy();
    return destroy.call(socket, error);
  };
}

/**
 * How connections to nodes are made and, above all, unmade: an exchange that is given up resets its
 * connection, so that bytes which have not left this machine never do. A plain
 * close would still deliver what the kernel has buffered.
 */
import { Socket } from 'node:net';
import { buildConnector } from 'undici';

/**
 * The error with which undici destroys the socket of an aborted request. The same code also says
 * that a connection was idle for too long or is not to be used again: those are closed, not reset.
 */
const ABORTED = { code: 'UND_ERR_INFO', message: 'aborted' } as const;

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
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error) => {
    // Once is enough, and resetAndDestroy calls destroy itself.
    socket.destroy = destroy;
    const isAborted = isAbort(error) && !socket.connecting && !socket.destroyed;
    return isAborted ? socket.resetAndDestroy() : destroy(error);
  };
}

function isAbort(error: (Error & { readonly code?: unknown }) | undefined): boolean {
  return error?.code === ABORTED.code && error.message === ABORTED.message;
}

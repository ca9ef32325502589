import { onTestFinished } from 'vitest';

/** A socket that is closed when the test ends. */
export function closing<Socket extends { close(): void }>(socket: Socket): Socket {
  onTestFinished(() => socket.close());
  return socket;
}

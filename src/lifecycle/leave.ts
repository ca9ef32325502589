/**
 * Ends the process with the code it should end with.
 *
 * `process.exit` ends the worker threads first, and a thread that ends with an open ZeroMQ socket
 * aborts the process: with a reader waiting on the socket, 4 of 4 times with 134 instead of the code
 * (Node 24.21, zeromq 6.8, November 2026). A thread that hangs cannot close its sockets. So when
 * some are open, the process becomes a shell that does nothing but exit with the code: the kernel
 * ends all threads, and nothing of ours is run down. 4 of 4 times the code.
 */

/** @param socketsOpen whether any thread still has some */
export function leave(code: number, socketsOpen: boolean): never {
  if (!socketsOpen || process.execve === undefined) process.exit(code);
  // The log writes its last lines then.
  process.emit('exit', code);
  return process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {});
}

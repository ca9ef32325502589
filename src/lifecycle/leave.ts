/**
 * Ends the process with the code it should end with.
 *
 * `process.exit` ends the worker threads first. One that ends with an open ZeroMQ socket aborts the
 * process: with a reader waiting on the socket, 4 of 4 times with 134 instead of the code (Node 24.21,
 * zeromq 6.8, November 2026). And it waits for each of them, for ever for one that hangs in native code
 * or in a system call. So then the process becomes a shell that does nothing but exit with the code:
 * the kernel ends all threads, and nothing of ours is run down. 4 of 4 times the code.
 */

/** @param areThreadsStuck whether any has sockets open or may not end */
export function leave(code: number, areThreadsStuck: boolean): never {
  if (!areThreadsStuck || process.execve === undefined) process.exit(code);
  // The log writes its last lines then.
  process.emit('exit', code);
  return process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {});
}

/**
 * Ends the process with the right exit code.
 *
 * `process.exit` ends the worker threads first. A thread that ends with an open ZeroMQ socket
 * aborts the process: with a read pending on the socket, 4 of 4 times with 134 instead of the code
 * (Node 24.21, zeromq 6.8, November 2026). And `process.exit` waits for each thread: forever for
 * one that hangs in native code or in a system call. So in these cases the process replaces itself
 * by a shell that only exits with the code: the kernel ends all threads, and no cleanup of ours
 * runs. 4 of 4 times the right code.
 */

/** @param areThreadsStuck whether a thread has sockets open or may not end */
export function leave(code: number, areThreadsStuck: boolean): never {
  if (!areThreadsStuck || process.execve === undefined) process.exit(code);
  // The log writes its last lines here.
  process.emit('exit', code);
  return process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {});
}

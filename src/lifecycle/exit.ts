/**
 * How the process leaves. In order, when all its threads have ended; otherwise by making another
 * program of it, which exits with the code.
 *
 * For a thread that is still there may have a ZeroMQ socket open with a receive under way, and then
 * `process.exit` aborts (SIGABRT, 134; seen with zeromq 6.8, Node 24.21) instead of exiting. A thread
 * that hangs in its own code cannot be made to close it.
 */
const SHELL = '/bin/sh';

export function exitWith(code: number, threadsLeft: readonly string[]): never {
  if (threadsLeft.length === 0) process.exit(code);
  try {
    process.execve?.(SHELL, [SHELL, '-c', `exit ${code}`], {});
  } catch {
    // No such shell: then by force, which every supervisor takes for a failure.
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
}

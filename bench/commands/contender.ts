/** The contender's end of its process: takes one load after another and tells what it measured. */
import { threadTimes } from './cpu.ts';
import { applyLoad, type Issue, type Load, type Measured } from './load.ts';

export type FromContender =
  | { readonly kind: 'ready' }
  | { readonly kind: 'measured'; readonly measured: Measured }
  | { readonly kind: 'failed'; readonly error: string };

/** @param name of the thread that makes the calls, in the figures */
export function serveLoads(name: string, issue: Issue): void {
  const tell = (message: FromContender) => process.send?.(message);
  process.on('message', (load: Load) => {
    const before = threadTimes(process.pid);
    applyLoad(issue, load).then(
      (figures) => {
        const after = threadTimes(process.pid);
        const total = after.totalMicros - before.totalMicros;
        const cpuMicros = after.known ? { [name]: total / figures.commands } : {};
        tell({ kind: 'measured', measured: { ...figures, cpuMicros } });
      },
      (error: unknown) => tell({ kind: 'failed', error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  // An exit in order writes the profile, if there is to be one.
  process.on('SIGTERM', () => process.exit());
  tell({ kind: 'ready' });
}

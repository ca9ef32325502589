/** A progress bar on stderr while a person looks at it, nothing otherwise. */
import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface Progress {
  update(done: number, failed: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => {}, stop: () => {} };

/** `total` undefined: a count that grows. */
export function showProgress(
  terminal: Terminal,
  {
    title,
    total,
    failing = 'failed',
  }: {
    readonly title: string;
    readonly total: number | undefined;
    /** What is said of those that failed. */
    readonly failing?: string;
  },
): Progress {
  if (!terminal.attended) return SILENT;
  const counts = `{value}{of} · {failed} ${failing} · {duration_formatted}`;
  const bar = new cliProgress.SingleBar({
    format:
      total === undefined ? `${title} ${counts}` : `${title} [{bar}] {percentage}% · ${counts}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: false,
    stream: process.stderr,
    gracefulExit: false,
  });
  const start = () => {
    bar.start(total ?? 0, 0, { failed: 0, of: total === undefined ? '' : `/${total}` });
  };
  // Where nobody knows how much there is, there may be nothing.
  if (total !== undefined) start();
  return {
    update(done, failed) {
      if (!bar.isActive) start();
      bar.update(done, { failed });
    },
    stop: () => bar.stop(),
  };
}

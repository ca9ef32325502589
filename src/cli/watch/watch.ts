/**
 * Asks the daemon again and again, and shows what changed: at a terminal the whole is drawn over the last one, elsewhere
 * each change is a line. A daemon that restarts is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { durationText } from '../../base/time/duration-text.ts';
import { ClientError, isExpected } from '../../client/index.ts';
import { isError } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { EXIT, type ExitCode, exitOfReply, UsageError } from '../exit-code.ts';
import { durationMs } from '../input/duration.ts';
import { interruptible } from '../input/interrupts.ts';
import { errorText } from '../output/answer-text.ts';
import { printError } from '../output/show.ts';
import type { Terminal } from '../output/terminal.ts';

const EVERY_MS = 1000;
const EVERY_MS_MIN = 100;

export const WATCH = {
  watch: { type: 'boolean', alias: 'w', describe: 'Go on, and show what changes', group: 'Watch:' },
  every: {
    type: 'string',
    requiresArg: true,
    describe: 'With --watch: how often to look (500ms, 5s)',
    defaultDescription: '1s',
    group: 'Watch:',
  },
} as const;

export interface Change {
  readonly text: string;
  readonly value: object;
  readonly id?: string;
}

export interface Watched<Answer extends object> {
  readonly title: string;
  readonly every: string | undefined;
  readonly ask: () => Promise<Answer | ErrorReply>;
  /** The whole answer. */
  readonly text: (answer: Answer) => string;
  /** What differs from the answers before. */
  readonly changes: (answer: Answer) => readonly Change[];
  /** Nothing will change any more. */
  readonly isLast?: (answer: Answer) => boolean;
}

/** Ends when the user ends it, or nothing will change any more. @throws UsageError */
export function watch<Answer extends object>(
  watched: Watched<Answer>,
  terminal: Terminal,
): Promise<number> {
  const everyMs = intervalOf(watched.every);
  const run = (stop: AbortSignal) => look(watched, { terminal, everyMs, stop });
  return interruptible(terminal, { run, leave: () => {}, stopping: '' });
}

/** @throws UsageError */
function intervalOf(every: string | undefined): number {
  if (every === undefined) return EVERY_MS;
  const ms = durationMs('every', every);
  if (ms >= EVERY_MS_MIN) return ms;
  throw new UsageError(`--every must be at least ${durationText(EVERY_MS_MIN)}, not ${every}`);
}

interface Looking {
  readonly terminal: Terminal;
  readonly everyMs: number;
  readonly stop: AbortSignal;
}

async function look<Answer extends object>(
  watched: Watched<Answer>,
  { terminal, everyMs, stop }: Looking,
): Promise<ExitCode> {
  let isAway = false;
  while (!stop.aborted) {
    const answer = await untilStopped(watched.ask(), stop);
    if (answer === undefined) break;
    if (answer instanceof ClientError || (isError(answer) && isExpected(answer))) {
      if (!isAway) terminal.note(awayText(answer, terminal));
      isAway = true;
    } else if (isError(answer)) {
      await printError(answer, terminal);
      return exitOfReply(answer);
    } else {
      isAway = false;
      await showOne(watched, answer, terminal);
      if (watched.isLast?.(answer) === true) break;
    }
    await sleep(everyMs, undefined, { signal: stop }).catch(() => {});
  }
  return EXIT.done;
}

/** Undefined: the user has ended it. An error that passes is a value. */
export async function untilStopped<Answer>(
  asked: Promise<Answer>,
  stop: AbortSignal,
): Promise<Answer | ClientError | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  const onStop = (): void => stopped.resolve(undefined);
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  try {
    return await Promise.race([asked, stopped.promise]);
  } catch (error) {
    if (error instanceof ClientError && isExpected(error)) return error;
    throw error;
  } finally {
    stop.removeEventListener('abort', onStop);
    // Without a reader its failure, when the client closes, would be an unhandled one.
    asked.catch(() => {});
  }
}

async function showOne<Answer extends object>(
  { title, text, changes }: Watched<Answer>,
  answer: Answer,
  terminal: Terminal,
): Promise<void> {
  const changed = changes(answer);
  if (terminal.isDrawn) return terminal.draw(`${title} · ${clock()}`, text(answer));
  for (const { text: line, value, id } of changed) {
    if (terminal.isJson) await terminal.json(value);
    else if (terminal.isQuiet) await terminal.value(id ?? '');
    else await terminal.line(line);
  }
  return undefined;
}

function awayText(answer: ClientError | ErrorReply, terminal: Terminal): string {
  const why = answer instanceof ClientError ? answer.message : errorText(answer, terminal);
  return `${why}\nIt is asked again.`;
}

function clock(): string {
  return new Date().toLocaleTimeString('en-GB');
}

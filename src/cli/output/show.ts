/** Shows the one answer of a call in the form that was asked for, and makes it an exit code. */
import { isError } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { type ExitCode, exitOfReply } from '../exit-code.ts';
import { errorText } from './answer-text.ts';
import { whileWaiting } from './progress.ts';
import { plain, type Terminal } from './terminal.ts';

export interface Shown<Answer extends object> {
  /** Shown after a second without an answer. */
  readonly title: string;
  /** For people. */
  readonly text: (answer: Answer) => string;
  /** For -o jsonl: a line each; absent: the answer is one line. */
  readonly items?: (answer: Answer) => readonly object[];
  /** For -o jsonl: more members of the summary. */
  readonly summary?: (answer: Answer) => object;
  /** For --quiet. */
  readonly ids?: (answer: Answer) => readonly string[];
  /** For people, on stderr below the text: the number of the next page. */
  readonly next?: (answer: Answer) => string | undefined;
}

/** @returns the exit code of an answer that is only looked at */
export async function show<Answer extends object>(
  asked: Promise<Answer | ErrorReply>,
  shown: Shown<Answer>,
  terminal: Terminal,
): Promise<ExitCode> {
  const answer = await whileWaiting(terminal, shown.title, asked);
  await print(answer, shown, terminal);
  return exitOfReply(answer);
}

/** The same for an answer that is there. */
export async function print<Answer extends object>(
  answer: Answer | ErrorReply,
  { text, items, summary, ids, next }: Omit<Shown<Answer>, 'title'>,
  terminal: Terminal,
): Promise<void> {
  if (isError(answer)) return printError(answer, terminal);
  if (terminal.format === 'jsonl' && items !== undefined) {
    for (const item of items(answer)) await terminal.json(item);
    return terminal.endLines(summary?.(answer) ?? {});
  }
  if (terminal.isJson) return terminal.json(answer);
  if (!terminal.isQuiet) {
    await terminal.line(text(answer));
    const cursor = next?.(answer);
    if (cursor !== undefined)
      terminal.note(`\nMore: repeat the command with --cursor ${plain(cursor)}`);
    return undefined;
  }
  for (const id of ids?.(answer) ?? []) await terminal.value(id);
  return undefined;
}

export async function printError(reply: ErrorReply, terminal: Terminal): Promise<void> {
  if (terminal.isJson) await terminal.json(reply);
  else terminal.complain(errorText(reply, terminal));
}

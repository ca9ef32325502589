/**
 * The text of an answer. The ten thousand results of a batch take 40 ms, so they are written in pieces, and the event loop of
 * the thread turns in between (P9).
 */
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Answer } from '../../protocol/answer.ts';

/** Results of one piece: 1 to 2 ms. */
const PIECE = 500;

/** @param at of the clock that clients see, ms */
export function answerText(answer: Answer, at: number): string | Promise<string> {
  const isLong = 'results' in answer && answer.results.length > PIECE;
  return isLong ? inPieces(answer, at) : JSON.stringify({ ...answer, at });
}

async function inPieces(
  { results, ...rest }: Extract<Answer, { results: object }>,
  at: number,
): Promise<string> {
  const texts: string[] = [];
  for (let from = 0; from < results.length; from += PIECE) {
    const piece = results.slice(from, from + PIECE);
    texts.push(piece.map((result) => JSON.stringify(result)).join(','));
    await turnOfLoop();
  }
  return `{"results":[${texts.join(',')}],${JSON.stringify({ ...rest, at }).slice(1)}`;
}

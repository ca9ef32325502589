/**
 * Sends a summary to main once a second. The executors are asked, so each of them does some work, however few
 * commands there are (P8). The round does not wait behind requests of clients: a long queue of requests must
 * not look like a thread that hangs.
 */
import { isError, type SummaryAnswer } from '../../protocol/answer.ts';
import type { Respond } from '../ports.ts';

const ROUND_MS = 1000;

export interface FiguresRoundOptions {
  readonly ask: (respond: Respond<SummaryAnswer>) => void;
  /** Gets the summary of each round that ended. */
  readonly onSummary: (summary: SummaryAnswer) => void;
}

export function startFiguresRound({ ask, onSummary }: FiguresRoundOptions): void {
  const round = () =>
    ask((answer) => {
      // Too many questions wait, or the daemon stops: the next round may succeed.
      if (!isError(answer)) onSummary(answer);
    });
  round();
  setInterval(round, ROUND_MS).unref();
}

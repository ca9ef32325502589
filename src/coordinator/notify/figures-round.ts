/**
 * Once a second: how things stand, for main. The executors are asked, so it also has each of them do
 * something, however few commands there are (P8). The round does not stand in line with the requests
 * of clients: what they ask for is no sign that a thread hangs.
 */
import { isError, type SummaryAnswer } from '../../protocol/answer.ts';
import type { Respond } from '../ports.ts';

const ROUND_MS = 1000;

export interface FiguresRoundOptions {
  readonly ask: (respond: Respond<SummaryAnswer>) => void;
  /** Of a round that came back. */
  readonly onSummary: (summary: SummaryAnswer) => void;
}

export function startFiguresRound({ ask, onSummary }: FiguresRoundOptions): void {
  const round = () =>
    ask((answer) => {
      // Too much is asked, or the daemon ends: there is another round.
      if (!isError(answer)) onSummary(answer);
    });
  round();
  setInterval(round, ROUND_MS).unref();
}

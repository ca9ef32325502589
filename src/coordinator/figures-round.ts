/**
 * Once a second: how things stand, for main. The round goes the way of a client's `status`, through
 * the batch machine, over the channels to every executor and back, so it also shows that all of them
 * get somewhere (P8). The next begins when the one before has come back.
 */
import type { SummaryAnswer } from '../protocol/answer.ts';
import type { StatusRequest } from '../protocol/request.ts';
import type { Respond } from './ports.ts';

const ROUND_MS = 1000;
const STATUS: StatusRequest = { op: 'status' };

export interface FiguresRoundOptions {
  readonly ask: (request: StatusRequest, respond: Respond) => void;
  /** Of a round that came back. */
  readonly onSummary: (summary: SummaryAnswer) => void;
}

export function startFiguresRound({ ask, onSummary }: FiguresRoundOptions): void {
  const round = () =>
    ask(STATUS, (answer) => {
      // Nothing but the end of the daemon answers this with an error.
      if ('error' in answer) return;
      onSummary(answer as SummaryAnswer);
      setTimeout(round, ROUND_MS).unref();
    });
  round();
}

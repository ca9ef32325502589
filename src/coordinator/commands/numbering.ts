/** Makes commands of requests: adds their number, token, times and nodes. */
import type { Command } from '../../core/model.ts';
import { TokenSource } from '../../core/token.ts';
import type { CommandRequest } from '../../protocol/request.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';

/** The highest values that were ever given; the next ones are above them. */
export interface Counters {
  readonly lastSeq: number;
  /** Microseconds. */
  readonly lastToken: number;
  /** How long the daemon had lived before this life, ms. */
  readonly lived: number;
}

export class Numbering {
  readonly #ports: Pick<CoordinatorPorts, 'now' | 'newId'>;
  readonly #options: Pick<CoordinatorOptions, 'nodeNames' | 'defaultDeadlineMs'>;
  readonly #tokens: TokenSource;
  #lastSeq: number;

  constructor(
    ports: Pick<CoordinatorPorts, 'now' | 'newId'>,
    options: Pick<CoordinatorOptions, 'nodeNames' | 'defaultDeadlineMs'>,
    counters: Counters,
  ) {
    this.#ports = ports;
    this.#options = options;
    this.#lastSeq = counters.lastSeq;
    this.#tokens = new TokenSource(counters.lastToken);
  }

  /** Takes the next number and the next token. */
  number(request: CommandRequest): Command {
    const { id, op, groupId, ensure, lane, deadlineMs } = request;
    const { nodeNames, defaultDeadlineMs } = this.#options;
    const now = this.#ports.now();
    return {
      seq: ++this.#lastSeq,
      id: id ?? this.#ports.newId(),
      op,
      groupId,
      ensure,
      ...recordOf(request),
      lane,
      token: this.#tokens.next(now),
      nodes: nodeNames,
      acceptedAt: now,
      deadlineAt: now + (deadlineMs ?? defaultDeadlineMs),
    };
  }
}

function recordOf(request: CommandRequest): Pick<Command, 'record'> {
  if (request.op !== 'create' || request.record === undefined) return {};
  const { digest, bytes } = request.record;
  return { record: { digest, bytes } };
}

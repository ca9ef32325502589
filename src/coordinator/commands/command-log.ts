/**
 * What the log says of commands. At debug every step of each, with its id; at info one line for each that
 * did not simply end as it should, and nothing for all others. A flood of those is cut: what was left out
 * is counted, and said at the end of the window.
 */
import type { Log } from '../../observe/log/log-port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { CoordinatorPorts } from '../ports.ts';

/** So many lines in a window are written. */
const LINES_MAX = 20;
const WINDOW_MS = 10_000;

/** By what became of the command. */
const MESSAGES = new Map([
  ['accepted', 'a command was accepted'],
  ['compensating', 'a command is being rolled back'],
  ['stuck', 'a command is stuck'],
  ['committed', 'a command was committed'],
  ['rolled_back', 'a command was rolled back'],
  ['refused', 'a command was refused'],
  ['abandoned', 'a command was abandoned'],
]);
/** Ends that people want to know of without having asked. */
const TOLD = ['rolled_back', 'abandoned'];
/** A refusal for one of these is no client's matter. */
const NODES_FAULT = ['node_refused', 'deadline'];

const TOPIC = 'command.';

export class CommandLog {
  readonly #log: Log;
  readonly #ports: Pick<CoordinatorPorts, 'now' | 'at'>;
  /** Of this window. */
  #lines = 0;
  #leftOut = 0;
  #windowEnds = Number.NEGATIVE_INFINITY;

  constructor(log: Log, ports: Pick<CoordinatorPorts, 'now' | 'at'>) {
    this.#log = log;
    this.#ports = ports;
  }

  /** An event is published; `payload` is made only if something is written of it. */
  take(topic: string, payload: () => object): void {
    if (!topic.startsWith(TOPIC)) return;
    const what = topic.slice(TOPIC.length);
    const message = MESSAGES.get(what);
    if (message === undefined) return;
    if (this.#log.wants('debug')) {
      const answer = payload() as CommandAnswer;
      if (isLogged(what, answer)) this.#log.info(message, fieldsOf(answer));
      else this.#log.debug(message, fieldsOf(answer));
    } else if (TOLD.includes(what) || what === 'refused') {
      const answer = payload() as CommandAnswer;
      if (isLogged(what, answer)) this.#bounded(message, answer);
    }
  }

  #bounded(message: string, answer: CommandAnswer): void {
    const now = this.#ports.now();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW_MS;
      this.#lines = 0;
    }
    if (this.#lines < LINES_MAX) {
      this.#lines++;
      return this.#log.info(message, fieldsOf(answer));
    }
    if (this.#leftOut === 0) this.#ports.at(this.#windowEnds, () => this.#logLeftOut());
    this.#leftOut++;
    return undefined;
  }

  #logLeftOut(): void {
    const hint = 'LOCKSTEP_LOG_LEVEL=debug writes all of them';
    this.#log.info('log lines about commands were left out (rate limit)', {
      count: this.#leftOut,
      hint,
    });
    this.#leftOut = 0;
  }
}

function isLogged(what: string, { reason }: CommandAnswer): boolean {
  if (what === 'refused') return reason !== undefined && NODES_FAULT.includes(reason);
  return TOLD.includes(what);
}

function fieldsOf(answer: CommandAnswer): Record<string, unknown> {
  const { id, op, groupId, lane, reason, elapsedMs, nodes = {} } = answer;
  const detail = Object.entries(nodes)
    .filter(([, node]) => node.lastResponse !== undefined)
    .map(([name, node]) => `${name}: ${node.lastResponse}`);
  return {
    id,
    op,
    groupId,
    lane,
    reason,
    ms: Math.round(elapsedMs),
    nodes: detail.length === 0 ? undefined : detail.join('; '),
  };
}

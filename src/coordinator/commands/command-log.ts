/**
 * The log lines about commands. At debug: every step of each command, with its id. At info: one line for each
 * command that was rolled back, abandoned, or refused by the fault of a node. A flood of lines is cut: those left
 * out are counted, and the count is logged at the end of the window.
 */
import type { Reason } from '../../core/model.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { PublishedEvent } from '../../protocol/event.ts';
import type { CoordinatorPorts } from '../ports.ts';

/** Lines written in one window. */
const LINES_MAX = 20;
const WINDOW_MS = 10_000;

type CommandTopic = PublishedEvent<'command'>['topic'];

/** A parked command has an error line of its own (publishing.ts). */
const MESSAGES: Readonly<Record<CommandTopic, string | undefined>> = {
  'command.accepted': 'a command was accepted',
  'command.compensating': 'a command is being rolled back',
  'command.stuck': 'a command is stuck',
  'command.parked': undefined,
  'command.committed': 'a command was committed',
  'command.rolled_back': 'a command was rolled back',
  'command.refused': 'a command was refused',
  'command.abandoned': 'a command was abandoned',
};
/** Ends that are logged at info; a refusal is if its reason is one of the nodes' faults. */
const LOGGED: ReadonlySet<CommandTopic> = new Set(['command.rolled_back', 'command.abandoned']);
const NODES_FAULTS: ReadonlySet<Reason | undefined> = new Set(['node_refused', 'deadline']);

export class CommandLog {
  readonly #log: Log;
  readonly #ports: Pick<CoordinatorPorts, 'now' | 'at'>;
  /** Lines written in this window. */
  #lines = 0;
  #leftOut = 0;
  #windowEnds = Number.NEGATIVE_INFINITY;

  constructor(log: Log, ports: Pick<CoordinatorPorts, 'now' | 'at'>) {
    this.#log = log;
    this.#ports = ports;
  }

  /** The payload is made only if it may be written. */
  take({ topic, payload }: PublishedEvent<'command'>): void {
    const message = MESSAGES[topic];
    if (message === undefined) return;
    if (this.#log.wants('debug')) {
      const answer = payload();
      if (isLogged(topic, answer)) this.#log.info(message, fieldsOf(answer));
      else this.#log.debug(message, fieldsOf(answer));
    } else if (LOGGED.has(topic) || topic === 'command.refused') {
      const answer = payload();
      if (isLogged(topic, answer)) this.#bounded(message, answer);
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

function isLogged(topic: CommandTopic, { reason }: CommandAnswer): boolean {
  return topic === 'command.refused' ? NODES_FAULTS.has(reason) : LOGGED.has(topic);
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

/**
 * The log lines about commands. At debug: every step of each command, with its id. At info: one line for each
 * command that was rolled back, abandoned, or refused by the fault of a node; a flood of these is cut.
 */
import type { Reason } from '../../core/model.ts';
import type { Log } from '../../observe/log/log-port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { PublishedEvent } from '../../protocol/event.ts';
import type { CoordinatorPorts } from '../ports.ts';
import { BoundedLines } from './bounded-lines.ts';

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
  readonly #lines: BoundedLines;

  constructor(log: Log, ports: Pick<CoordinatorPorts, 'now' | 'at'>) {
    this.#log = log;
    this.#lines = new BoundedLines(log, ports);
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
      if (isLogged(topic, answer)) this.#lines.write('info', message, () => fieldsOf(answer));
    }
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

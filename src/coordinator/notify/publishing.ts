/** Events go to subscribers; some of them also to the log, and to main for the notices. */
import type { Log } from '../../observe/log/log-port.ts';
import type { RaisedNotice } from '../../observe/notify/notice-kinds.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { AuditEvent } from '../../protocol/event.ts';
import { BreakerReporter } from '../breakers/breaker-news.ts';
import { BoundedLines } from '../commands/bounded-lines.ts';
import { CommandLog } from '../commands/command-log.ts';
import type { CoordinatorPorts } from '../ports.ts';
import type { StuckNews } from './stuck-news.ts';

export interface EventOutlets extends Pick<CoordinatorPorts, 'now' | 'at'> {
  readonly log: Log;
  readonly stuck: StuckNews;
  readonly notify: (notice: RaisedNotice) => void;
}

/** Where subscribers are: it builds the payload only if one of them wants it. */
export interface EventOutlet {
  publish(topic: string, payload: () => object): void;
}

export function publishing(
  subscribed: readonly EventOutlet[],
  outlets: EventOutlets,
): CoordinatorPorts['publish'] {
  const { log, now, at, stuck, notify } = outlets;
  const breakers = new BreakerReporter({ log, now, notify });
  const commands = new CommandLog(log, { now, at });
  // Ends of other commands leave no line of these out.
  const stuckLines = new BoundedLines(log, { now, at });
  const numbers = new Map<string, number>();
  return (event) => {
    if (event.kind === 'command') {
      commands.take(event);
      if (event.topic === 'command.stuck') stuck.take(event.payload(), stuckLines);
      if (event.topic === 'command.parked') logParked(event.payload(), outlets);
    }
    if (event.kind === 'audit') logAudit(event.payload(), outlets);
    if (event.kind === 'breaker') breakers.take(event.payload());
    const { topic, payload } = event;
    let built: object | undefined;
    const build = (): object => {
      const number = (numbers.get(topic) ?? 0) + 1;
      numbers.set(topic, number);
      return { ...payload(), at: new Date(now()).toISOString(), number };
    };
    for (const each of subscribed) each.publish(topic, () => (built ??= build()));
  };
}

function logParked({ id, op, groupId }: CommandAnswer, { log, notify }: EventOutlets): void {
  log.error('a command is parked: the daemon crashed while the command ran', {
    id,
    op,
    groupId,
    hint: `lockstep retry ${id} runs it again, lockstep abandon ${id} gives it up`,
  });
  notify({ kind: 'parked', id, op });
}

function logAudit({ checked, divergent }: AuditEvent, { log, notify }: EventOutlets): void {
  if (divergent === 0) return log.info('an audit found no differences', { checked });
  log.warn('an audit found keys that differ between nodes or from the journal', {
    checked,
    divergent,
  });
  return notify({ kind: 'diverged', keys: divergent });
}

/** Events go to subscribers; of some of them the log, and main for the notices, hear as well. */
import type { Log } from '../../observe/log/log-port.ts';
import type { BreakerEvent, CommandAnswer } from '../../protocol/answer.ts';
import type { FinishedAudit } from '../audit/divergence.ts';
import { type BreakerNews, BreakerReporter } from '../breakers/breaker-news.ts';
import { CommandLog } from '../commands/command-log.ts';
import type { CoordinatorPorts } from '../ports.ts';
import type { EventSocket } from '../sockets/event-socket.ts';
import type { StuckNews } from './stuck-news.ts';

/** An audit has found keys on which nodes are not as the journal has it. */
interface AuditNews {
  readonly kind: 'diverged';
  readonly keys: number;
}

interface ParkedNews {
  readonly kind: 'parked';
  readonly id: string;
  readonly op: string;
}

export interface EventOutlets extends Pick<CoordinatorPorts, 'now' | 'at'> {
  readonly log: Log;
  readonly stuck: StuckNews;
  readonly notify: (news: BreakerNews | AuditNews | ParkedNews) => void;
}

export function publishing(
  publisher: EventSocket,
  outlets: EventOutlets,
): CoordinatorPorts['publish'] {
  const { log, now, at, stuck, notify } = outlets;
  const news = new BreakerReporter({ log, now, notify });
  const commands = new CommandLog(log, { now, at });
  return (topic, payload) => {
    commands.take(topic, payload);
    if (topic === 'command.stuck') stuck.tell(payload() as CommandAnswer);
    if (topic === 'command.parked') sayParked(payload() as CommandAnswer, outlets);
    if (topic === 'audit.finished') logAudit(payload() as FinishedAudit, outlets);
    if (topic.startsWith('breaker.')) news.take(payload() as BreakerEvent);
    publisher.publish(topic, () => ({ ...payload(), at: new Date(now()).toISOString() }));
  };
}

function sayParked({ id, op, groupId }: CommandAnswer, { log, notify }: EventOutlets): void {
  log.error('a command is parked: the daemon has crashed while it was driven', {
    id,
    op,
    groupId,
    hint: `lockstep retry ${id} has it driven again, lockstep abandon ${id} gives it up`,
  });
  notify({ kind: 'parked', id, op });
}

function logAudit({ checked, divergent }: FinishedAudit, { log, notify }: EventOutlets): void {
  if (divergent === 0) return log.info('an audit found no differences', { checked });
  log.warn('an audit found keys that differ between nodes or from the journal', {
    checked,
    divergent,
  });
  return notify({ kind: 'diverged', keys: divergent });
}

/** Events go to subscribers; of some of them the log, and main for the notices, hear as well. */
import type { Log } from '../observe/log-port.ts';
import type { BreakerEvent, CommandAnswer } from '../protocol/answer.ts';
import { type BreakerNews, BreakerTeller } from './breaker-news.ts';
import { CommandLog } from './command-log.ts';
import type { FinishedAudit } from './divergence.ts';
import type { Events } from './events.ts';
import type { CoordinatorPorts } from './ports.ts';
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

export interface Hearers extends Pick<CoordinatorPorts, 'now' | 'at'> {
  readonly log: Log;
  readonly stuck: StuckNews;
  readonly tell: (news: BreakerNews | AuditNews | ParkedNews) => void;
}

export function publishing(publisher: Events, hearers: Hearers): CoordinatorPorts['publish'] {
  const { log, now, at, stuck, tell } = hearers;
  const news = new BreakerTeller({ log, now, tell });
  const commands = new CommandLog(log, { now, at });
  return (topic, payload) => {
    commands.take(topic, payload);
    if (topic === 'command.stuck') stuck.tell(payload() as CommandAnswer);
    if (topic === 'command.parked') sayParked(payload() as CommandAnswer, hearers);
    if (topic === 'audit.finished') sayAudited(payload() as FinishedAudit, hearers);
    if (topic.startsWith('breaker.')) news.take(payload() as BreakerEvent);
    publisher.publish(topic, () => ({ ...payload(), at: new Date(now()).toISOString() }));
  };
}

function sayParked({ id, op, groupId }: CommandAnswer, { log, tell }: Hearers): void {
  log.error('a command is parked: the daemon has crashed while it was driven', {
    id,
    op,
    groupId,
    hint: `lockstep retry ${id} has it driven again, lockstep abandon ${id} gives it up`,
  });
  tell({ kind: 'parked', id, op });
}

function sayAudited({ checked, divergent }: FinishedAudit, { log, tell }: Hearers): void {
  if (divergent === 0) return log.info('an audit found nothing', { checked });
  log.warn('an audit found keys on which nodes are not as the journal has it', {
    checked,
    divergent,
  });
  return tell({ kind: 'diverged', keys: divergent });
}

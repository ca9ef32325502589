import type { PublishedEvent } from '../../protocol/event.ts';

/** @param executor its index */
export function threadLost(executor: number): PublishedEvent {
  const thread = `executor-${executor + 1}`;
  return { kind: 'thread', topic: `thread.${thread}`, payload: () => ({ thread, state: 'lost' }) };
}

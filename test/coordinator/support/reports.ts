/** Reports of an executor, made by hand. */
import type { Channel } from '../../../src/channel/channel.ts';
import type { Loose, Reason, SettledState, Settlement } from '../../../src/core/model.ts';
import type { Order, Report, WorkReport } from '../../../src/protocol/work.ts';
import type { Harness } from './harness.ts';

/** Over its channel, in one message. */
export async function report(
  end: Channel | undefined,
  ...reports: readonly Report[]
): Promise<void> {
  await end?.send(JSON.stringify(reports));
}

/** The executor answers its last order of this kind. */
export function answerLast(harness: Harness, kind: 'operate' | 'inspect'): void {
  const order = harness.ordersOf(kind).at(-1) as Extract<Order, { ticket: number }>;
  harness.report({ kind: 'answered', ticket: order.ticket, value: { of: kind } });
}

export function settled(
  harness: Harness,
  id: string,
  more: {
    readonly state?: SettledState;
    readonly reason?: Reason;
    readonly loose?: Readonly<Record<string, readonly Loose[]>>;
    readonly tokens?: Readonly<Record<string, string>>;
  } = {},
): WorkReport {
  const settlement: Settlement = {
    kind: 'settled',
    at: harness.clock.now(),
    state: 'committed',
    nodes: {},
    ...more,
  };
  return { kind: 'settled', seq: harness.seqOf(id), settlement };
}

export function turned(harness: Harness, id: string, reason: Reason = 'deadline'): WorkReport {
  const entry = { kind: 'turned', at: harness.clock.now(), reason } as const;
  return { kind: 'entries', seq: harness.seqOf(id), entries: [entry] };
}

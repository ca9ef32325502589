/** What an executor could say, made by hand. */
import type { Channel } from '../../../src/channel/channel.ts';
import type { Loose, Reason, SettledState, Settlement } from '../../../src/core/model.ts';
import type { Report, WorkReport } from '../../../src/protocol/work.ts';
import type { Desk } from './desk.ts';

/** Over its channel, in one message. */
export async function report(
  end: Channel | undefined,
  ...reports: readonly Report[]
): Promise<void> {
  await end?.send(JSON.stringify(reports));
}

export function settled(
  desk: Desk,
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
    at: desk.clock.now(),
    state: 'committed',
    nodes: {},
    ...more,
  };
  return { kind: 'settled', seq: desk.seqOf(id), settlement };
}

export function turned(desk: Desk, id: string, reason: Reason = 'deadline'): WorkReport {
  const entry = { kind: 'turned', at: desk.clock.now(), reason } as const;
  return { kind: 'entries', seq: desk.seqOf(id), entries: [entry] };
}

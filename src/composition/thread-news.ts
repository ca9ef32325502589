/** Passes events of the other threads on to the heartbeats, the notices and the count of crashes. */
import type { LatestFigures } from '../door/latest-figures.ts';
import type { FromThread } from '../lifecycle/control.ts';
import type { Crashes } from '../lifecycle/crashes.ts';
import type { Telemetry } from '../observe/telemetry.ts';

export interface Receivers {
  readonly latest: LatestFigures;
  readonly telemetry: Telemetry;
  readonly crashes: Crashes;
  readonly onJournal: (isAway: boolean) => void;
}

export function onThreadMessage(
  message: FromThread,
  { latest, telemetry, crashes, onJournal }: Receivers,
): void {
  if (message.kind === 'figures') latest.take(message.figures);
  if (message.kind === 'taken_up') crashes.takenUp();
  if (message.kind === 'journal_away') onJournal(message.isAway);
  if (message.kind === 'notice') telemetry.notify(message.notice);
}

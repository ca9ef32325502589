/** Passes events of the other threads on to the metrics, the notices, the count of crashes, and the operators' port. */
import type { FromThread } from '../lifecycle/control.ts';
import type { Crashes } from '../lifecycle/crashes.ts';
import type { Telemetry } from '../observe/telemetry.ts';
import type { CoordinatorPort } from '../ops/coordinator-port.ts';
import type { LatestFigures } from '../ops/latest-figures.ts';

export interface Receivers {
  readonly latest: LatestFigures;
  readonly telemetry: Telemetry;
  readonly crashes: Crashes;
  readonly questions: CoordinatorPort;
}

export function onThreadMessage(
  message: FromThread,
  { latest, telemetry, crashes, questions }: Receivers,
): void {
  if (message.kind === 'figures') latest.take(message.figures);
  if (message.kind === 'answered') questions.take(message.ticket, message.answer);
  if (message.kind === 'taken_up') crashes.takenUp();
  if (message.kind === 'notice') telemetry.notify(message.notice);
}

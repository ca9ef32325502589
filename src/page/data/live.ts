/**
 * The state of the daemon, asked whenever the daemon says that there is a new one, which is once a second, while somebody
 * looks at the page. When the daemon is away, the last state stays, with its age; the page goes on by itself when the
 * daemon is back.
 */
import { batch, computed, signal } from '@preact/signals';
import type { SummaryAnswer } from '../../protocol/answer.ts';
import { type Fault, type Outcome, read } from './api.ts';
import { type HourAnswer, nextStep, takeHour } from './hour.ts';
import { endSession } from './session.ts';

/** Without a word from the daemon. */
const SILENT_MS = 1500;
/** Younger data are not called old: the figures of the daemon are up to a second old, and one round may be late. */
const OLD_MS = 3500;

export const status = signal<SummaryAnswer | undefined>(undefined);
/** Time of the latest good answer, ms of the browser's clock. */
export const seenAt = signal<number | undefined>(undefined);
/** Why the latest round failed; undefined if it did not. */
export const fault = signal<Fault | undefined>(undefined);
/** The browser's clock, ms; moves once a second. */
export const now = signal(Date.now());
/** Counts good rounds: whatever shows more than the state asks again with it. */
export const round = signal(0);

/** ms since the latest good answer, if that is too long; undefined: the data are fresh, or there are none. */
export const oldMs = computed(() => {
  if (seenAt.value === undefined) return undefined;
  const age = now.value - seenAt.value;
  return fault.value !== undefined && age >= OLD_MS ? age : undefined;
});

let timer: ReturnType<typeof setTimeout> | undefined;
let isRunning = false;
let isAsking = false;
/** Something has changed while an answer was under way. */
let isStale = false;
let words: EventSource | undefined;

/** Until `stopLive`; pauses while the page is hidden. */
export function startLive(): void {
  if (isRunning) return;
  isRunning = true;
  document.addEventListener('visibilitychange', followVisibility);
  void turn();
}

export function stopLive(): void {
  isRunning = false;
  clearTimeout(timer);
  words?.close();
  document.removeEventListener('visibilitychange', followVisibility);
}

/** Asks at once: something has changed. */
export function refresh(): void {
  void turn();
}

/** A hidden page holds no connection: browsers open six to a server, for all of its pages. */
function followVisibility(): void {
  if (document.hidden) words?.close();
  else refresh();
}

/** The browser connects again by itself, unless the daemon refused. */
function listen(): void {
  if (words !== undefined && words.readyState !== EventSource.CLOSED) return;
  words = new EventSource('/v1/history');
  words.addEventListener('figures', refresh);
}

interface LiveAnswer extends HourAnswer {
  /** Absent while the daemon starts. */
  readonly now?: { readonly ageMs: number; readonly status: SummaryAnswer };
}

async function turn(): Promise<void> {
  isStale = isAsking;
  if (isAsking) return;
  isAsking = true;
  clearTimeout(timer);
  const outcome = await read<LiveAnswer>(`/v1/history?after=${nextStep()}`);
  isAsking = false;
  if (!isRunning) return;
  if (!outcome.ok && outcome.fault.kind === 'logged_out') return endSession();
  batch(() => take(outcome));
  if (document.hidden) return;
  if (outcome.ok) listen();
  timer = setTimeout(() => void turn(), isStale ? 0 : SILENT_MS);
}

function take(outcome: Outcome<LiveAnswer>): void {
  now.value = Date.now();
  if (!outcome.ok) {
    fault.value = outcome.fault;
    return;
  }
  takeHour(outcome.value);
  const { now: present } = outcome.value;
  fault.value = faultOf(present?.ageMs);
  if (present === undefined) return;
  status.value = present.status;
  seenAt.value = now.value - present.ageMs;
  round.value++;
}

/** The door answers while the rest of the daemon hangs: then its figures grow old. */
function faultOf(ageMs: number | undefined): Fault | undefined {
  if (ageMs === undefined) return { kind: 'unreachable', message: 'the daemon is starting' };
  if (ageMs < OLD_MS) return undefined;
  return { kind: 'unreachable', message: 'the coordinator of the daemon does not answer' };
}

/**
 * The two questions of supervisors and load balancers. Do all event loops run? If not, restart the
 * daemon. Can it do work? If not, send the work elsewhere.
 */

import type { ThreadStatus } from '../lifecycle/lookout.ts';
import { isOwn } from '../protocol/accepting.ts';
import { acceptance, type DaemonStatus } from './daemon-status.ts';

/** A loop that has been silent for longer is unhealthy, even if the nanny still waits. */
const FRESH_MS = 3000;
/** The coordinator sends its figures about once a second, at worst every 3.3 s. */
const FIGURES_MS_MAX = 5000;

export interface Verdict {
  readonly ok: boolean;
  /** The problems; empty if there are none. */
  readonly reasons: readonly string[];
}

/** Whether every event loop runs. */
export function health({ threads }: DaemonStatus): Verdict {
  return verdict(threads.flatMap(faultsOf));
}

/**
 * Whether new commands are accepted and can be driven, as far as this daemon can decide. A node
 * that is down does not count: any other daemon of the cluster needs it as well.
 */
export function readiness(status: DaemonStatus): Verdict {
  const { phase, threads, figures } = status;
  const { refusal } = acceptance(status);
  const reasons = threads.flatMap(faultsOf);
  if (refusal !== undefined && isOwn(refusal)) reasons.push(refusal.message);
  if (phase !== 'running') return verdict(reasons);
  if (figures === undefined) reasons.push('the coordinator has sent no figures yet');
  else if (figures.ageMs > FIGURES_MS_MAX) {
    reasons.push(`the latest figures of the coordinator are ${Math.round(figures.ageMs)} ms old`);
  } else if (!figures.latest.summary.threads.some((name) => name.startsWith('executor-'))) {
    reasons.push('no executor answers');
  }
  return verdict(reasons);
}

function faultsOf({ name, alive, activity, silentMs }: ThreadStatus): string[] {
  if (!alive) return [`thread ${name} is lost`];
  const isPatient = activity === 'starting' || activity === 'journal';
  if (silentMs < FRESH_MS || isPatient) return [];
  return [`the event loop of thread ${name} has been blocked for ${Math.round(silentMs)} ms`];
}

function verdict(reasons: readonly string[]): Verdict {
  return { ok: reasons.length === 0, reasons };
}

/**
 * The two questions of supervisors and load balancers, answered from how things stand: do the loops
 * turn (else restart it), and may work be sent to it (else send it elsewhere)?
 */
import { isOwn } from '../protocol/accepting.ts';
import { acceptance, type DaemonStatus, type ThreadStatus } from './daemon-status.ts';

/** A loop that has not turned for longer is not well, though the nanny may still be patient. */
const FRESH_MS = 3000;
/** The coordinator sends its figures about once a second, at worst every 3.3 s. */
const FIGURES_MS_MAX = 5000;

export interface Verdict {
  readonly ok: boolean;
  /** What is against it; empty if nothing is. */
  readonly reasons: readonly string[];
}

/** Whether every loop turns. */
export function health({ threads }: DaemonStatus): Verdict {
  return verdict(threads.flatMap(faultsOf));
}

/**
 * Whether new commands are taken in and can be driven, as far as it is this daemon's to do. A node that
 * is down is no reason to send them elsewhere: the next daemon of the cluster needs it as well.
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

/**
 * Restarts the daemon after a set time, which ends slow leaks. Up to a tenth of the time earlier,
 * so that daemons that were started together do not restart together.
 */
import { atTime } from '../timer.ts';

const HOUR_MS = 60 * 60 * 1000;
const SOONER = 0.1;

export interface ScheduledRestartOptions {
  /** 0: never. */
  readonly afterHours: number;
  readonly onDue: (why: string) => void;
  /** From 0 to 1. */
  readonly chance?: number;
}

export function scheduleRestart({
  afterHours,
  onDue,
  chance = Math.random(),
}: ScheduledRestartOptions) {
  if (afterHours === 0) return;
  const now = () => performance.now();
  const due = now() + afterHours * HOUR_MS * (1 - SOONER * chance);
  const wait = (): void => {
    if (now() >= due) return onDue(`it has run for restartAfterHours (${afterHours})`);
    atTime(now)(due, wait);
    return undefined;
  };
  wait();
}

/** What a life of the daemon is limited by, besides its faults: memory, and time. */
import type { Settings } from '../config/schema.ts';
import { MemoryGuard } from '../lifecycle/memory-guard.ts';
import { scheduleRenewal } from '../lifecycle/renewal.ts';
import type { Log } from '../observe/log-port.ts';

export function limitLife(
  { memoryLimitBytes, restartAfterHours }: Settings,
  log: Log,
  renew: (why: string) => void,
): void {
  new MemoryGuard({ limitBytes: memoryLimitBytes, log }).watch();
  scheduleRenewal({ afterHours: restartAfterHours, onDue: renew });
}

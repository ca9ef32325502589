/** The guard of the disk that the journal is on, as the settings have it. */
import type { Settings } from '../config/schema.ts';
import { DiskGuard, type DiskGuardOptions } from '../lifecycle/guards/disk.ts';
import type { Log } from '../observe/log/log-port.ts';

export function openDiskGuard(
  { journal, diskFreeMinBytes }: Settings,
  log: Log,
  reactions: Pick<DiskGuardOptions, 'onChange' | 'onLook'>,
): DiskGuard {
  return new DiskGuard({
    folder: journal.folder,
    freeMinBytes: diskFreeMinBytes,
    log,
    ...reactions,
  });
}

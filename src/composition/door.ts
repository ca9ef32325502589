/** The thread `door` as main starts it, and what main tells it. */
import { type LineEnd, lineEnds } from '../channel/thread-line.ts';
import { callsMax } from '../config/machine/descriptors.ts';
import type { Settings } from '../config/schema.ts';
import type { DoorData } from '../door/thread.ts';
import type { MainStatus } from '../lifecycle/control.ts';
import type { DiskGuard } from '../lifecycle/guards/disk.ts';
import type { Shutdown } from '../lifecycle/shutdown.ts';
import type { Threads } from '../lifecycle/threads.ts';
import { doorSettings } from './thread-data.ts';

export const DOOR = 'door';

export interface DoorStart extends Pick<DoorData, 'clock' | 'version' | 'log'> {
  readonly entry: URL;
  readonly settings: Settings;
}

interface DoorParts {
  readonly threads: Threads;
  readonly coordinator: string;
  readonly shutdown: Shutdown;
  readonly disk: DiskGuard;
  /** Whether pm2 is alive; undefined if the daemon was started without it. */
  readonly supervision: () => boolean | undefined;
}

export class Door {
  readonly #parts: DoorParts;
  #sent = '';
  #isJournalAway = false;

  constructor(parts: DoorParts) {
    this.#parts = parts;
    parts.shutdown.signal.addEventListener('abort', () => this.inform());
  }

  /**
   * Resolves when its port is open, or when it is lost.
   *
   * @returns the coordinator's end of the line between the two
   */
  async open({ entry, settings, ...common }: DoorStart): Promise<LineEnd> {
    const { threads } = this.#parts;
    const { one: coordinator, other } = lineEnds();
    const data: DoorData = {
      ...common,
      name: DOOR,
      settings: doorSettings(settings),
      coordinator,
      callsMax: callsMax(settings),
      roster: threads.roster,
      mainStatus: this.#status,
    };
    threads.start(entry, data, [coordinator.port]);
    await threads.received(DOOR, 'ready');
    return other;
  }

  /** The database of the journal does not answer. */
  get isJournalAway(): boolean {
    return this.#isJournalAway;
  }

  noteJournal(isAway: boolean): void {
    this.#isJournalAway = isAway;
    this.inform();
  }

  /** Sends it what only main knows, if that has changed. */
  inform(): void {
    const mainStatus = this.#status;
    const text = JSON.stringify(mainStatus);
    if (text === this.#sent) return;
    this.#sent = text;
    this.#parts.threads.send(DOOR, { mainStatus });
  }

  get #status(): MainStatus {
    const { threads, coordinator, shutdown, disk, supervision } = this.#parts;
    const isReady = threads.has(coordinator, 'ready');
    const phase = isReady ? 'running' : 'starting';
    return {
      phase: shutdown.begun ? 'stopping' : phase,
      disk: disk.status,
      isJournalAway: this.#isJournalAway,
      supervised: supervision(),
    };
  }
}

/** The drivers under test, and the lives of a journal in one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { MemoryJournal } from '../../../src/journal/memory/journal.ts';
import type { Journal } from '../../../src/journal/port.ts';
import { SqliteJournal } from '../../../src/journal/sqlite/journal.ts';
import { connect } from '../../../src/journal/sqlite/open/connection.ts';

/** A place that holds one journal. */
export interface Store {
  /** Opens what was committed in it so far. The journal opened before must be closed. */
  open(): Journal | Promise<Journal>;
  dispose(): void | Promise<void>;
}

export interface Driver {
  readonly name: string;
  create(): Store | Promise<Store>;
  /** Why its tests cannot run here. */
  readonly missing?: string;
}

export const memory: Driver = {
  name: 'memory',
  create() {
    let last = new MemoryJournal();
    return {
      open() {
        last = new MemoryJournal(last.snapshot());
        return last;
      },
      dispose() {},
    };
  },
};

/** @param lookedAt rows that a page of a listing reads; the driver's own bound if not given */
export function sqlite(lookedAt?: number): Driver {
  const bounds = lookedAt === undefined ? {} : { lookedAt };
  return {
    name: lookedAt === undefined ? 'sqlite' : `sqlite, listing ${lookedAt} rows at a time`,
    create() {
      const dir = scratch();
      return {
        open: () => new SqliteJournal(connect(join(dir, 'journal.db')), bounds),
        dispose: () => rmSync(dir, { recursive: true }),
      };
    },
  };
}

export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'lockstep-journal-'));
}

/** One journal for each test; {@link Lives.restart} ends its life and begins the next. */
export interface Lives {
  readonly journal: Journal;
  restart(): Promise<void>;
}

export function lives(driver: Driver): Lives {
  let store: Store;
  let journal: Journal;
  beforeEach(async (ctx) => {
    if (driver.missing !== undefined) ctx.skip(driver.missing);
    store = await driver.create();
    journal = await store.open();
  });
  afterEach(async () => {
    if (driver.missing !== undefined) return;
    await journal.close();
    await store.dispose();
  });
  return {
    get journal() {
      return journal;
    },
    async restart() {
      await journal.close();
      journal = await store.open();
    },
  };
}

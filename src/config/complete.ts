/** Fills in what depends on other settings, so that nobody after this has to. */
import { join, resolve } from 'node:path';
import type { Dialect } from '../node/dialect.ts';
import { SHIPPED_DIALECTS } from '../node/dialects/index.ts';
import type { ReadSettings, Settings } from './schema.ts';

/** A SYN that was lost is sent again after one second: this allows for one. */
const CONNECT_TIMEOUT_MS = 2000;

export function allDialects({ dialects }: ReadSettings): readonly Dialect[] {
  return [...SHIPPED_DIALECTS, ...dialects];
}

/** Paths become absolute: what follows must not depend on the working directory. */
export function complete(read: ReadSettings, dialect: Dialect, cwd: string): Settings {
  const { dialects: _, ...rest } = read;
  const dataDir = resolve(cwd, read.dataDir);
  const journalPath = read.journal?.path;
  return {
    ...rest,
    dialect,
    dataDir,
    journal: {
      kind: 'sqlite',
      path: journalPath === undefined ? join(dataDir, 'journal.db') : resolve(cwd, journalPath),
    },
    connectTimeoutMs: read.connectTimeoutMs ?? Math.min(CONNECT_TIMEOUT_MS, read.requestTimeoutMs),
  };
}

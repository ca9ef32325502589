/** The committed state of the journal in memory at one moment; it never changes. */
import { randomUUID } from 'node:crypto';
import { type ActsSnapshot, NO_ACTS } from './acts.ts';
import type { Row } from './rows.ts';

export interface MemorySnapshot {
  readonly id: string;
  readonly rows: ReadonlyMap<number, Row>;
  readonly lastSeq: number;
  readonly lastToken: string | undefined;
  readonly lived: number;
  readonly kept: ReadonlyMap<string, string>;
  readonly acts: ActsSnapshot;
}

/** Of a new journal. */
export function emptySnapshot(): MemorySnapshot {
  return {
    id: randomUUID(),
    rows: new Map(),
    lastSeq: 0,
    lastToken: undefined,
    lived: 0,
    kept: new Map(),
    acts: NO_ACTS,
  };
}

/** The latest audit of all keys, as a value in the journal. */
import { JournalError } from '../../journal/errors.ts';
import type { CoordinatorPorts } from '../ports.ts';

const NAME = 'audit';

export interface LastAudit {
  /** When it ended, or when the daemon was first started, steady ms. */
  readonly at: number;
  /** Keys on which nodes differed from the journal; absent: there was no audit yet. */
  readonly divergent?: number;
}

type Ports = Pick<CoordinatorPorts, 'journal' | 'now' | 'onTrouble'>;

export class KeptAudit {
  readonly #ports: Ports;
  /** The value in the journal. */
  #value: string | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** What an earlier life knew; undefined: nothing, or it cannot be read, which is logged. */
  async restore(): Promise<LastAudit | undefined> {
    const { journal, now, onTrouble } = this.#ports;
    try {
      const value = (await journal.kept()).get(NAME);
      const last = value === undefined ? undefined : decode(value, now());
      if (last !== undefined) this.#value = value;
      return last;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      onTrouble('cannot read from the journal when the last audit was', error);
      return undefined;
    }
  }

  has(last: LastAudit): boolean {
    return encode(last) === this.#value;
  }

  /** Call between batches. @returns whether it is in the journal now; else the reason is logged */
  async keep(last: LastAudit): Promise<boolean> {
    const value = encode(last);
    try {
      await this.#ports.journal.keep(NAME, value);
      this.#value = value;
      return true;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      this.#ports.onTrouble('cannot store in the journal when the last audit was', error);
      return false;
    }
  }
}

function encode({ at, divergent }: LastAudit): string {
  return JSON.stringify({ at: Math.round(at), divergent });
}

/** Undefined if the value is corrupt. A time ahead, by the clock of an earlier life, was now at the latest. */
function decode(value: string, now: number): LastAudit | undefined {
  const { at, divergent } = parse(value);
  if (!isCount(at)) return undefined;
  return { at: Math.min(at, now), ...(isCount(divergent) ? { divergent } : {}) };
}

function parse(value: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(value) ?? {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The damage that an examination finds: all of it counted, the first of it named. */
import Database from 'better-sqlite3';
import { JournalError } from '../../errors.ts';
import { asJournalError } from '../failure.ts';

export interface Fault {
  /** `file`: its structure. `count`: rows are missing, or too many. */
  readonly what: 'file' | 'head' | 'kept' | 'count' | 'command' | 'act';
  /** Of a command or its record; the number of an act. */
  readonly seq?: number;
  readonly message: string;
  /** The daemon does not start. */
  readonly isFatal: boolean;
}

export interface Findings {
  /** The first {@link FAULTS_MAX}, those that keep a daemon from starting first. */
  readonly faults: readonly Fault[];
  /** Of all faults. */
  readonly fatal: number;
  readonly damaged: number;
  /** Commands that were read. */
  readonly commands: number;
  /** Commands of an earlier schema, without checksums. */
  readonly unsummed: number;
}

const FAULTS_MAX = 20;

export class Faults {
  readonly #fatal: Fault[] = [];
  readonly #damaged: Fault[] = [];
  #fatalCount = 0;
  #damagedCount = 0;
  #commands = 0;
  #unsummed = 0;

  get findings(): Findings {
    return {
      faults: [...this.#fatal, ...this.#damaged].slice(0, FAULTS_MAX),
      fatal: this.#fatalCount,
      damaged: this.#damagedCount,
      commands: this.#commands,
      unsummed: this.#unsummed,
    };
  }

  add(fault: Fault): void {
    const list = fault.isFatal ? this.#fatal : this.#damaged;
    if (fault.isFatal) this.#fatalCount++;
    else this.#damagedCount++;
    if (list.length < FAULTS_MAX) list.push(fault);
  }

  /** A command was read. */
  counted(isSummed: boolean): void {
    this.#commands++;
    if (!isSummed) this.#unsummed++;
  }

  /** Damage that `work` meets is a fault, and keeps a daemon from starting. */
  attempt<Value>(what: Fault['what'], work: () => Value): Value | undefined {
    try {
      return work();
    } catch (error) {
      this.add({ what, message: damageOf(error).message, isFatal: true });
      return undefined;
    }
  }

  /** The same for one row: that of a settled command without loose requests keeps no daemon from starting. */
  attemptRow(
    row: {
      readonly what?: 'act';
      readonly seq: number;
      readonly settled_at: number | null;
      readonly loose: number;
    },
    work: () => void,
  ): void {
    try {
      work();
    } catch (error) {
      const { message } = damageOf(error);
      const isFatal = row.settled_at === null || row.loose === 1;
      this.add({ what: row.what ?? 'command', seq: row.seq, message, isFatal });
    }
  }
}

/** @throws all that is no damage: a lock, a failed read, a fault of this program */
function damageOf(error: unknown): JournalError {
  const found = error instanceof Database.SqliteError ? asJournalError(error) : error;
  if (!(found instanceof JournalError)) throw error;
  if (found.code === 'corrupt' || found.code === 'damaged') return found;
  throw found;
}

/** The first faults as an error: `corrupt` if they keep a daemon from starting. */
export function errorOf(
  { faults, fatal, damaged }: Findings,
  path: string,
): JournalError | undefined {
  const [first] = faults;
  if (first === undefined) return undefined;
  const count = fatal > 0 ? fatal : damaged;
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  return new JournalError(`${path} is damaged: ${first.message}${more}`, {
    code: fatal > 0 ? 'corrupt' : 'damaged',
  });
}

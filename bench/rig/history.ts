/** Settled commands in the journal as the daemon would write them, written without it. */
import type { Command, Settlement } from '../../src/core/model.ts';
import { formatToken } from '../../src/core/token.ts';
import type { AcceptWrite, SettleWrite, WriteBatch } from '../../src/journal/port.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';

export const EMPTY_BATCH: WriteBatch = {
  accept: [],
  begin: [],
  append: [],
  settle: [],
  forget: [],
  lived: 0,
};

const NODES = ['node01', 'node02', 'node03'];
/** Commands of one commit while the history is filled. */
const FILL = 5_000;
/** As long as the daemon's ids, rising like them, and lower than its next ids. */
const ID_PREFIX = '0199aaaa-0000-7000-8000-';
/** Time between two commands of the history. */
const APART_MS = 0.1;

/** Makes settled commands with rising sequence numbers. */
export class HistoryMaker {
  readonly #keys: number;
  readonly #startedAt: number;
  #lastSeq = 0;

  /**
   * @param keys the number of keys from which they are drawn: more keys cost the index by key more
   */
  constructor(keys: number, startedAt: number) {
    this.#keys = keys;
    this.#startedAt = startedAt;
  }

  make(count: number): { readonly accept: AcceptWrite[]; readonly settle: SettleWrite[] } {
    const commands = Array.from({ length: count }, () => this.#command());
    return {
      accept: commands.map((command) => ({ command, begun: true })),
      settle: commands.map((command) => ({ seq: command.seq, settlement: settled(command) })),
    };
  }

  #command(): Command {
    this.#lastSeq += 1;
    const now = this.#startedAt + this.#lastSeq * APART_MS;
    return {
      seq: this.#lastSeq,
      id: ID_PREFIX + this.#lastSeq.toString(16).padStart(12, '0'),
      op: 'create',
      groupId: String(Math.floor(Math.random() * this.#keys)),
      ensure: false,
      lane: 'interactive',
      token: formatToken(Math.floor(now * 1000)),
      nodes: NODES,
      acceptedAt: now,
      deadlineAt: now + 30_000,
    };
  }
}

/** @param file of the journal; it must not exist yet */
export async function fillHistory(file: string, count: number): Promise<void> {
  const journal = openSqliteJournal(file);
  const maker = new HistoryMaker(count, Date.now() - count * APART_MS);
  for (let done = 0; done < count; done += FILL) {
    await journal.commit({ ...EMPTY_BATCH, ...maker.make(Math.min(FILL, count - done)) });
  }
  await journal.tidy();
  await journal.close();
}

function settled({ token, acceptedAt }: Command): Settlement {
  const node = { state: 'present', attempts: 1 } as const;
  const nodes = Object.fromEntries(NODES.map((name) => [name, node]));
  const tokens = Object.fromEntries(NODES.map((name) => [name, token]));
  return { kind: 'settled', at: acceptedAt + 4.125, state: 'committed', nodes, tokens };
}

/**
 * Random histories for a journal: turns with writes about commands that are chosen by chance.
 *
 * Most writes of a turn are legal; now and then one breaks a rule, and then its whole batch must be
 * rejected. The commands that a number selects depend on the history so far, so the same turns give
 * the same batches to every correct journal.
 */

import fc from 'fast-check';
import type { ActKind, ActOutcome } from '../../../src/core/act.ts';
import type { SettledState } from '../../../src/core/model.ts';
import type { SettleWrite, WriteBatch } from '../../../src/journal/port.ts';
import { aCommand, aSettlement, batch, LOOSE, T0 } from './writes.ts';

type Tell = 'begin' | 'survey' | 'turn' | 'stuck' | 'settle' | 'forget';

export type Turn =
  | { readonly kind: 'commit'; readonly accept: readonly New[]; readonly tell: readonly Told[] }
  | {
      readonly kind: 'prune' | 'prune records' | 'prune acts';
      readonly lived: number;
      readonly retentionMs: number;
      readonly limit: number;
    }
  | { readonly kind: 'keep'; readonly name: number; readonly value: string | undefined }
  | {
      readonly kind: 'acts';
      readonly begin: readonly BegunAct[];
      readonly end: readonly EndedAct[];
    }
  | { readonly kind: 'tidy' }
  | { readonly kind: 'restart' };

interface BegunAct {
  readonly kind: ActKind;
  readonly at: number;
  readonly lived: number;
  readonly by: string | undefined;
}

interface EndedAct {
  readonly number: number;
  readonly outcome: ActOutcome;
  readonly matched: number | undefined;
}

interface New {
  /** Few values, so that ids and keys meet. */
  readonly id: number;
  readonly key: number;
  readonly begun: boolean;
  readonly cluster: number;
  /** The text of its record. */
  readonly record: string | undefined;
}

interface Told {
  readonly tell: Tell;
  /** The commands for which this write is legal. */
  readonly pick: number;
  /** Applied to any command instead, legal or not. */
  readonly wild: boolean;
  readonly state: SettledState;
  readonly loose: boolean;
  readonly marks: boolean;
}

/** Records are JSON, which writes NUL and lone surrogates as escapes. */
function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

const aNew: fc.Arbitrary<New> = fc.record({
  id: fc.nat(60),
  key: fc.nat(3),
  begun: fc.boolean(),
  cluster: fc.nat(2),
  record: fc.option(fc.string({ unit: 'binary' }).filter(isText), { nil: undefined }),
});

const aTold: fc.Arbitrary<Told> = fc.record({
  tell: fc.constantFrom<Tell>('begin', 'survey', 'turn', 'stuck', 'settle', 'settle', 'forget'),
  pick: fc.nat(1_000),
  wild: fc.integer({ min: 0, max: 39 }).map((n) => n === 0),
  state: fc.constantFrom<SettledState>('committed', 'rolled_back', 'refused', 'abandoned'),
  loose: fc.boolean(),
  marks: fc.boolean(),
});

export const turns: fc.Arbitrary<Turn[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('commit' as const),
        accept: fc.array(aNew, { maxLength: 5 }),
        tell: fc.array(aTold, { maxLength: 5 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('prune' as const, 'prune records' as const, 'prune acts' as const),
        lived: fc.nat(80),
        retentionMs: fc.nat(20),
        limit: fc.integer({ min: 1, max: 5 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('keep' as const),
        name: fc.nat(2),
        value: fc.option(fc.string(), { nil: undefined }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('acts' as const),
        begin: fc.array(
          fc.record({
            kind: fc.constantFrom('cancel' as const, 'pause' as const),
            at: fc.nat(80),
            lived: fc.nat(80),
            by: fc.constantFrom(undefined, 'ann', 'bob'),
          }),
          { maxLength: 4 },
        ),
        end: fc.array(
          fc.record({
            number: fc.integer({ min: 1, max: 12 }),
            outcome: fc.constantFrom('done' as const, 'refused' as const, 'unfinished' as const),
            matched: fc.option(fc.nat(9), { nil: undefined }),
          }),
          { maxLength: 3 },
        ),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'tidy' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  ),
  { minLength: 1, maxLength: 40 },
);

type Stage = 'accepted' | 'begun' | 'settled';

/** Turns into batches, with an approximate knowledge of the journal. */
export class Scribe {
  #stages = new Map<number, Stage>();
  #draft = this.#stages;
  #clock = 0;
  #seq = 0;

  batch({ accept, tell: report }: Extract<Turn, { kind: 'commit' }>): WriteBatch {
    this.#draft = new Map(this.#stages);
    this.#clock += 1;
    const news = accept.map((one) => {
      this.#seq += 1;
      this.#draft.set(this.#seq, one.begun ? 'begun' : 'accepted');
      const nodes = ['node01', 'node02', 'node03'].slice(0, one.cluster + 1);
      const over = { id: `id-${one.id}`, groupId: `key-${one.key}`, nodes };
      const { begun, record } = one;
      if (record === undefined) return { command: aCommand(this.#seq, over), begun };
      const mark = { digest: String(record.length), bytes: Buffer.byteLength(record) };
      return { command: aCommand(this.#seq, { ...over, record: mark }), begun, record };
    });
    const parts = [batch({ accept: news }), ...report.map((one) => this.#told(one))];
    return { ...merged(parts), lived: this.#clock };
  }

  /** The journal took the batch; ids that were taken were not stored. */
  taken(refused: Iterable<number>): void {
    this.#stages = this.#draft;
    for (const seq of refused) this.#stages.delete(seq);
  }

  #told(sent: Told): Partial<WriteBatch> {
    const { tell: report } = sent;
    const at = T0 + this.#clock;
    if (report === 'begin' || report === 'survey') {
      const seq = this.#pick(sent, 'accepted', 'begun');
      const findings = { node01: { presence: 'present', body: '{}', shown: false } } as const;
      const write = report === 'begin' ? { seq, at } : { seq, at, findings };
      return seq === 0 ? {} : { begin: [write] };
    }
    if (report === 'turn' || report === 'stuck') {
      const seq = this.#pick(sent, 'begun', 'begun');
      const turned = { kind: 'turned', at, reason: 'diverged' } as const;
      const entry = report === 'turn' ? turned : ({ kind: 'stuck', at } as const);
      return seq === 0 ? {} : { append: [{ seq, entries: [entry] }] };
    }
    if (report === 'forget') {
      const seq = this.#pick(sent, 'settled', 'settled');
      return seq === 0 ? {} : { forget: [seq] };
    }
    const seq = this.#pick(sent, 'begun', 'settled');
    return seq === 0 ? {} : { settle: [this.#settled(seq, sent)] };
  }

  #settled(seq: number, { state, loose, marks }: Told): SettleWrite {
    const settlement = aSettlement({
      at: T0 + this.#clock,
      state,
      ...(state === 'committed' ? {} : { reason: 'deadline' }),
      ...(loose ? { loose: LOOSE } : {}),
      ...(marks ? { tokens: { node01: `${seq}.000001` } } : {}),
    });
    return { seq, settlement };
  }

  /** A command at this stage, moved on to the next; 0 if there is none. */
  #pick({ pick, wild }: Told, stage: Stage, next: Stage): number {
    if (wild) return (pick % (this.#seq + 1)) + 1;
    const seqs = [...this.#draft].filter(([, now]) => now === stage).map(([seq]) => seq);
    const seq = seqs[pick % seqs.length] ?? 0;
    if (seq !== 0) this.#draft.set(seq, next);
    return seq;
  }
}

/** A command with two writes in one batch: the second may be illegal by then. */
function merged(parts: readonly Partial<WriteBatch>[]): WriteBatch {
  return batch({
    accept: parts.flatMap((part) => part.accept ?? []),
    begin: parts.flatMap((part) => part.begin ?? []),
    append: parts.flatMap((part) => part.append ?? []),
    settle: parts.flatMap((part) => part.settle ?? []),
    forget: parts.flatMap((part) => part.forget ?? []),
  });
}

/**
 * The audit that the daemon makes by itself: of all keys, every so often, one page a second at most. It only looks.
 * Its findings are counted and told to people, like those of an operator's audit; nothing is repaired.
 *
 * It gives way (P9): to the commands while every slot is taken, to another audit, to a stop; while a page cannot be had
 * it waits a minute before the next try, and says why.
 *
 * The time of the latest audit of all keys, whoever made it, is in the journal: a restart does not begin to count anew,
 * and does not forget the result.
 */
import type { RegularAuditView } from '../../protocol/answer.ts';
import type { Batch } from '../batch.ts';
import type { CoordinatorPorts } from '../ports.ts';
import type { Audit } from './audit.ts';
import type { Divergence } from './divergence.ts';
import type { KeptAudit, LastAudit } from './last-audit.ts';

const PAGE_EVERY_MS = 1000;
const AGAIN_MS = 60_000;

export interface RegularAuditOptions {
  readonly ports: Pick<CoordinatorPorts, 'now'>;
  /** 0: never. */
  readonly everyMs: number;
  readonly audit: Pick<Audit, 'take'>;
  readonly divergence: Divergence;
  readonly kept: KeptAudit;
  /** The nodes and this daemon have something better to do now. */
  readonly isBusy: () => boolean;
}

export class RegularAudit {
  readonly #options: RegularAuditOptions;
  /** From when the time counts: the end of the latest audit, or the first start. */
  #from: number;
  #nextKeepAt = 0;
  /** Where the next page begins; undefined: it is not under way. */
  #after: string | undefined;
  #isAsking = false;
  #nextPageAt = 0;
  /** Why the latest page could not be had. */
  #fault: string | undefined;

  constructor(options: RegularAuditOptions) {
    this.#options = options;
    this.#from = options.ports.now();
  }

  /** Undefined: it is off. */
  get view(): RegularAuditView | undefined {
    const { everyMs } = this.#options;
    if (everyMs === 0) return undefined;
    const nextAt = new Date(this.#dueAt).toISOString();
    return {
      nextAt,
      ...(this.#after === undefined ? {} : { running: true as const }),
      ...(this.#fault === undefined ? {} : { waitsFor: this.#fault }),
    };
  }

  /** Restores what an earlier life knew. Call before any work. */
  async restore(): Promise<void> {
    const { kept, divergence } = this.#options;
    const last = await kept.restore();
    if (last === undefined) return;
    this.#from = last.at;
    if (last.divergent !== undefined) {
      divergence.restore({ divergent: last.divergent, finishedAt: last.at });
    }
  }

  /** Does what is due. Call it a few times a second. */
  look(batch: Batch): void {
    const { ports, everyMs, divergence, isBusy } = this.#options;
    this.#from = divergence.summary?.finishedAt ?? this.#from;
    this.#keep(batch);
    const now = ports.now();
    if (everyMs === 0 || now < this.#dueAt) {
      this.#end();
      return;
    }
    if (this.#isAsking || now < this.#nextPageAt || isBusy()) return;
    if (!divergence.isAudited(this.#after ?? '', now)) this.#ask();
  }

  get #dueAt(): number {
    return this.#from + this.#options.everyMs;
  }

  #ask(): void {
    const { audit, ports } = this.#options;
    const after = this.#after ?? '';
    const page = after === '' ? {} : { after };
    this.#after = after;
    this.#isAsking = true;
    const request = {
      op: 'audit',
      repair: false,
      unknown: 'leave',
      journal: true,
      ...page,
    } as const;
    audit.take(request, (answer) => {
      this.#isAsking = false;
      const isAnswered = 'findings' in answer;
      const isBusy = 'error' in answer && answer.error.code === 'busy';
      this.#nextPageAt = ports.now() + (isAnswered || isBusy ? PAGE_EVERY_MS : AGAIN_MS);
      this.#fault = 'error' in answer ? answer.error.message : undefined;
      // Without a next page it begins again, unless that page has ended it: then it is not due any longer.
      if (isAnswered) this.#after = answer.next ?? '';
    });
  }

  #end(): void {
    this.#after = undefined;
    this.#fault = undefined;
  }

  /** The time of the first start, and corrections by looks at single keys; after a failure a minute later again. */
  #keep(batch: Batch): void {
    const { ports, everyMs, divergence, kept } = this.#options;
    const divergent = divergence.summary?.divergent;
    if (everyMs === 0 && divergent === undefined) return;
    const last: LastAudit = { at: this.#from, ...(divergent === undefined ? {} : { divergent }) };
    const now = ports.now();
    if (now < this.#nextKeepAt || kept.has(last)) return;
    this.#nextKeepAt = now + AGAIN_MS;
    batch.read(async () => {
      if (await kept.keep(last)) this.#nextKeepAt = 0;
    });
  }
}

/**
 * Looks that take long are done in pieces, each in a turn of its client: commands wait for the look that has begun (P9).
 */
import type { Look } from './looks.ts';

/** Rows of one piece: their sums are checked and they are made answers in about 3 ms. */
const PIECE = 200;

/** What a look does; it yields where others may go before it. */
export type Walk<Value = void> =
  | Generator<undefined, Value, undefined>
  | AsyncGenerator<undefined, Value, undefined>;

/** @param miss as that of a {@link Look} */
export function inPieces(walk: Walk, miss: Look['miss']): Look {
  let isSeen = false;
  const see = async (): Promise<void> => {
    isSeen = (await walk.next()).done === true;
  };
  return { see, isSeen: () => isSeen, miss };
}

interface Reading<Page> {
  /** Rows of the page that a client asked for. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly read: (before: number | undefined, limit: number) => Promise<Page>;
  readonly rowsOf: (page: Page) => number;
}

/** A page that a client asked for, read as several small ones. */
export async function* readPage<Page extends { readonly next?: number | undefined }>({
  limit,
  cursor,
  read,
  rowsOf,
}: Reading<Page>): AsyncGenerator<undefined, { pages: readonly Page[]; next?: string }, undefined> {
  const pages: Page[] = [];
  let before = cursor === undefined ? undefined : Number(cursor);
  for (let missing = limit; ; ) {
    const piece = Math.min(PIECE, missing);
    const page = await read(before, piece);
    pages.push(page);
    missing -= rowsOf(page);
    before = page.next;
    if (before === undefined) return { pages };
    // A piece that is short has looked at as many rows as a request may.
    if (missing === 0 || rowsOf(page) < piece) return { pages, next: String(before) };
    yield;
  }
}

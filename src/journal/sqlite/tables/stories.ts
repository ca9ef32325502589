/** The texts of stories, in a table of their own. */
import type { Database, Statement } from 'better-sqlite3';
import { illegible } from '../../stored/legible.ts';
import { storySum } from '../sums/row-sums.ts';

export interface StoryRow {
  readonly text: string;
  readonly sum: number;
}

export function prepareKeepStory(
  db: Database,
): Statement<[seq: number, text: string, sum: number]> {
  return db.prepare('INSERT INTO story (seq, text, sum) VALUES (?, ?, ?)');
}

/** @throws JournalError `damaged` */
export function assertStory(seq: number, { text, sum }: StoryRow): void {
  if (sum !== storySum(seq, text)) throw illegible(seq, 'its story does not match its checksum');
}

export class Stories {
  readonly #read;

  constructor(db: Database) {
    this.#read = db.prepare<[number], StoryRow>('SELECT text, sum FROM story WHERE seq = ?');
  }

  /** @throws JournalError `damaged` */
  textOf(seq: number): string | undefined {
    const row = this.#read.get(seq);
    if (row !== undefined) assertStory(seq, row);
    return row?.text;
  }
}

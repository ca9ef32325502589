/** The calls to one node about one canary, and their answers. */
import type { Heard, Listed } from './node.ts';

/** A record that may be left on a node. */
export interface Left {
  /** As a message may show it. */
  readonly key: string;
  readonly why: string;
  /** How to remove it. A call in it is ready for a shell; secrets stand in it by reference. */
  readonly hint: string;
}

/** The answers before anything was created. */
export interface Before {
  readonly read: Heard;
  readonly list: Listed | undefined;
}

export interface Course {
  readonly before: Before;
  /** The owner mark of what is created. */
  readonly token: string;
  create?: Heard;
  /** After the create. */
  read?: Heard;
  /** Created while it existed. */
  again?: Heard;
  list?: Listed | undefined;
  delete?: Heard;
  /** A read after the delete. */
  after?: Heard;
  /** Deleted while it was absent. */
  gone?: Heard;
  /** Created from the body that the read had shown, and read. */
  remade?: Heard;
  reread?: Heard;
  /** The dialect's delete did not remove it, and a DELETE at the path of the reads did. */
  otherDelete?: Heard;
  /** The records that may be left behind. */
  left: readonly Left[];
  /** The number of new records of the list that are not in `left`. */
  leftUnnamed?: number;
  /** A bug of our own ended it. */
  fault?: unknown;
}

/** Whether a read shows a record, however the dialect reads it: before the create, it showed none. */
export function isShown(read: Heard | undefined): boolean {
  if (read?.kind !== 'answered') return false;
  const { status } = read.response;
  return status >= 200 && status < 300 && status !== 202;
}

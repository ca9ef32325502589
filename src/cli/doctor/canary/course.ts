/** What was asked of one node about one canary, and what it answered. */
import type { Heard, Listed } from './node.ts';

/** What stands on a node, or may. */
export interface Left {
  readonly key: string;
  readonly why: string;
  /** Ready for a shell; secrets stand in it by reference. */
  readonly call: string;
}

/** What was there before anything was created. */
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
  /** Created while it was there. */
  again?: Heard;
  list?: Listed | undefined;
  delete?: Heard;
  /** A read after the delete. */
  after?: Heard;
  /** Deleted while it was not there. */
  gone?: Heard;
  /** Created of the body that the read had shown, and read. */
  remade?: Heard;
  reread?: Heard;
  /** The dialect's delete did not remove it, and a DELETE at the path of the reads did. */
  otherDelete?: Heard;
  /** What is left behind, or may be. */
  left: readonly Left[];
  /** A fault of our own ended it. */
  fault?: unknown;
}

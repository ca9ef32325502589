/** Names in the table `setting`. */

/** Which journal it is: a restored copy of the database has the same until a start notices it (start/set-back.ts). */
export const JOURNAL_ID = 'journal_id';
/** The id of a move that is not complete. */
export const MOVING = 'moving';
/** The id of the move by which the journal came here. */
export const MOVED = 'moved';

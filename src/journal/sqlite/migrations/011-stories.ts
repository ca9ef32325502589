/** The stories of commands that did not simply succeed: large, seldom read, gone with their commands. */
export const STORIES = `
CREATE TABLE story (
  seq  INTEGER PRIMARY KEY REFERENCES command (seq) ON DELETE CASCADE,
  text TEXT NOT NULL,
  sum  INTEGER NOT NULL
) STRICT;
`;

/**
 * The kinds of an operator's act: on commands, lanes, nodes, breakers and keys; `journal_restored`,
 * `journal_moved` and `clients_changed` are done to files, the latter also while the daemon runs.
 */

export const ACT_KINDS = [
  'retry',
  'cancel',
  'abandon',
  'restore_resume',
  'restore_abandon',
  'pause',
  'resume',
  'breaker_open',
  'breaker_close',
  'breaker_reset',
  'node_drain',
  'node_undrain',
  'node_retire',
  'node_unretire',
  'repair',
  'journal_restored',
  'journal_moved',
  'clients_changed',
] as const;

export type ActKind = (typeof ACT_KINDS)[number];

/**
 * `unfinished`: it began, and its end is not known: it is under way, or the daemon ended first. `refused`: an error
 * was the answer, and nothing was done.
 */
export const ACT_OUTCOMES = ['unfinished', 'done', 'refused'] as const;

export type ActOutcome = (typeof ACT_OUTCOMES)[number];

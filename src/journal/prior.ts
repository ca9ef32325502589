import type { Presence, Settlement } from '../core/model.ts';

/** The state of the nodes before a command that was rolled back, as far as it learned that. */
export function priorOf({ nodes }: Settlement): Readonly<Record<string, Presence>> {
  const prior: Record<string, Presence> = {};
  for (const [name, { state, retired }] of Object.entries(nodes)) {
    // One that was retired had no part in the rollback.
    if (state !== 'unknown' && retired !== true) prior[name] = state;
  }
  return prior;
}

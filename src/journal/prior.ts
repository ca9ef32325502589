import type { Presence, Settlement } from '../core/model.ts';

/** The state of the nodes before a command that was rolled back, as far as it learned that. */
export function priorOf({ nodes }: Settlement): Readonly<Record<string, Presence>> {
  const prior: Record<string, Presence> = {};
  for (const [name, { state }] of Object.entries(nodes)) {
    if (state !== 'unknown') prior[name] = state;
  }
  return prior;
}

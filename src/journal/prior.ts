import type { Presence, Settlement } from '../core/model.ts';

/** How the nodes were before a command that was rolled back, as far as it came to know. */
export function priorOf({ nodes }: Settlement): Readonly<Record<string, Presence>> {
  const prior: Record<string, Presence> = {};
  for (const [name, { state }] of Object.entries(nodes)) {
    if (state !== 'unknown') prior[name] = state;
  }
  return prior;
}

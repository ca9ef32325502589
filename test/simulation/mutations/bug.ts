/** A bug that the simulation has to find: an exact edit of a copy of the sources. */
import type { Edit } from '../../core/model/mutated-core.ts';
import { MUTATIONS } from '../../core/model/mutations.ts';

export interface Bug {
  readonly name: string;
  /**
   * The promises that are seen broken first. `liveness`: a command never settles; `throws`: the
   * product itself stops with an error; `sent`: a reported reason is false.
   */
  readonly breaks: readonly string[];
  /** Seeds until then, about: the mean of eight runs. */
  readonly seeds: number;
  /** The same, judged only by the answers to clients and the records on nodes. */
  readonly seedsToOutcome?: number;
  /** Paths relative to the project's folder. */
  readonly edits: readonly Edit[];
}

/** The edits of the core's own model for this rule. */
export function core(rule: string): readonly Edit[] {
  const found = MUTATIONS.find((mutation) => mutation.rule === rule);
  if (found?.edits === undefined) throw new Error(`the model knows no edit for: ${rule}`);
  return found.edits.map(({ file, from, to }) => ({ file: `src/core/${file}`, from, to }));
}

export const ACCEPTANCE = 'src/coordinator/commands/acceptance.ts';
export const COMMANDS = 'src/coordinator/commands/commands.ts';

/** The common means of all parts of one history. */
import type { Agenda } from '../core/model/agenda.ts';
import type { Chance } from './chance.ts';
import type { Happening } from './happening.ts';
import type { Network } from './network.ts';
import type { Plan } from './plan.ts';

export interface Stage {
  readonly plan: Plan;
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly network: Network;
  /** Passes an event to the judges. */
  readonly hear: (happening: Happening) => void;
  /** Adds a line to the history's course. */
  readonly note: (text: () => string) => void;
  readonly fail: (promise: string, message: string) => void;
  /** The product itself stopped with an error. */
  readonly throws: (error: unknown) => void;
}

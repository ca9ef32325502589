/** What the parts of one history have in common. */
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
  /** Tells the judges. */
  readonly hear: (happening: Happening) => void;
  /** A line of the history's course. */
  readonly note: (text: () => string) => void;
  readonly fail: (promise: string, message: string) => void;
  /** The product itself refused to go on. */
  readonly throws: (error: unknown) => void;
}

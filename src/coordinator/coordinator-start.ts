/** What a coordinator begins with. */
import type { Inherited } from '../core/model.ts';
import type { Counters } from './commands/numbering.ts';
import type { Crashes } from './commands/probation.ts';
import type { CoordinatorOptions, CoordinatorPorts } from './ports.ts';

export interface CoordinatorStart {
  readonly ports: CoordinatorPorts;
  readonly options: CoordinatorOptions;
  readonly counters: Counters;
  /** See `Life`. */
  readonly inherited: Inherited;
  readonly crashes?: Crashes;
  /** A batch failed: the journal is unreachable, or the program has a bug. Nothing goes on. */
  readonly onFatal: (error: unknown) => void;
  /** A batch has ended: the thread makes progress (P8). At least every 250 ms, unless something blocks it. */
  readonly onBatch?: () => void;
  /** Every executor has ended its work, left it to the next life, or is lost. */
  readonly onDrained: () => void;
  /** See `Probation`. */
  readonly onTakenUp?: () => void;
}

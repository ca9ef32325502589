/** The parts of the coordinator that the handlers of clients' requests work with. */
import type { Moment } from '../../journal/port.ts';
import type { RegularAuditView, StatsAnswer, SummaryAnswer } from '../../protocol/answer.ts';
import type { Trail } from '../acts/trail.ts';
import type { Divergence } from '../audit/divergence.ts';
import type { KeptAudit } from '../audit/last-audit.ts';
import type { Batch } from '../batch.ts';
import type { Breakers } from '../breakers/breakers.ts';
import type { Acceptance } from '../commands/acceptance.ts';
import type { Commands } from '../commands/commands.ts';
import type { Intake } from '../commands/intake.ts';
import type { Drains } from '../nodes/drains.ts';
import type { Latencies } from '../nodes/latencies.ts';
import type { Retirements } from '../nodes/retirements.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';
import type { Rounds } from '../queries/rounds.ts';
import type { Pauses } from '../queue/pauses.ts';
import type { Questions } from './questions.ts';

export interface RequestContext {
  readonly ports: CoordinatorPorts;
  readonly options: CoordinatorOptions;
  readonly acceptance: Acceptance;
  readonly commands: Commands;
  readonly intake: Intake;
  readonly breakers: Breakers;
  readonly drains: Drains;
  readonly retirements: Retirements;
  readonly pauses: Pauses;
  readonly trail: Trail;
  readonly questions: Questions;
  /** Summaries of the daemon, and counts of the nodes' keys: one at a time, shared by all who ask. */
  readonly summaries: Rounds<SummaryAnswer>;
  readonly counts: Rounds<StatsAnswer>;
  /** Of the nodes' answers, brought up to date by each summary. */
  readonly latencies: Latencies;
  /** The result of the latest audit. */
  readonly divergence: Divergence;
  readonly keptAudit: KeptAudit;
  /** The state of the audit that the daemon makes by itself; undefined: it makes none. */
  readonly regularAudit: () => RegularAuditView | undefined;
  /** Of this life of the daemon. */
  readonly startedAt: number;
  readonly moment: () => Moment;
  /** False once the supervisor that would restart the daemon is gone. */
  readonly isSupervised: () => boolean;
  /** Runs `act` in one of the next batches. */
  readonly post: (act: (batch: Batch) => void) => void;
}

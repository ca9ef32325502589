/** What the retirement of a node means for the open commands that name it. */
import type { Operation, SagaState } from '../../core/model.ts';

/**
 * `begins`, `goes_on`: towards its goal on the other nodes. `rolls_back`: on the other nodes. `ends`: no other node is
 * left, so it is abandoned. `is_held`: an operator has to release it first, then it goes on without the node.
 */
export const RETIRED_COURSES = ['begins', 'goes_on', 'rolls_back', 'ends', 'is_held'] as const;

export type RetiredCourse = (typeof RETIRED_COURSES)[number];

/** One open command that names the node. */
export interface RetiredCommand {
  readonly id: string;
  readonly op: Operation;
  readonly groupId: string;
  readonly state: SagaState;
  readonly stuck?: true;
  readonly course: RetiredCourse;
  /** The nodes that it is still about. */
  readonly others: readonly string[];
  /** The retired node may hold the record, or lack it, whatever becomes of the command. */
  readonly mayDiffer?: true;
}

export interface Retiring {
  /** Number of open commands that name the node. */
  readonly matched: number;
  /** The same by course. */
  readonly counts: Readonly<Partial<Record<RetiredCourse, number>>>;
  /** The first of them, oldest first; at most 100. */
  readonly commands: readonly RetiredCommand[];
}

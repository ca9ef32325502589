/** A lane that is paused, a node that is drained. */

/** An operator has stopped a lane or a node; it lasts until an operator ends it. */
export interface OperatorStop {
  /** ISO 8601. */
  readonly since: string;
  readonly by?: string;
}

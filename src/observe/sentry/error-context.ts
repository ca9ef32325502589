/**
 * What a saga was about when an error was thrown in its name: it rides on the error, as recent lines
 * do, and crosses to main with it. Ids and states only: what a record holds is nobody's business.
 */

export interface ErrorContext {
  readonly id: string;
  readonly seq: number;
  readonly op: string;
  readonly state: string;
  readonly node?: string;
}

const PROPERTY = 'saga';

export function sagaOn(error: unknown): ErrorContext | undefined {
  const mark: unknown = (error as Record<string, unknown> | null)?.[PROPERTY];
  return typeof mark === 'object' && mark !== null ? (mark as ErrorContext) : undefined;
}

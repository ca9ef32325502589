/**
 * The saga that an error belongs to. It is a property of the error, like the recent lines, and
 * crosses to main with it. Only ids and states: the content of records is not reported.
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

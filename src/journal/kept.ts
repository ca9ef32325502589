import { IllegalWrite } from './errors.ts';
import { KEPT_NAME_MAX, KEPT_VALUE_MAX } from './port.ts';

/** Every driver checks a kept value so. */
export function assertKeepable(name: string, value: string | undefined): void {
  if (name.length === 0 || name.length > KEPT_NAME_MAX) {
    throw new IllegalWrite(`a word is kept under a name of ${name.length} characters`);
  }
  if (value !== undefined && value.length > KEPT_VALUE_MAX) {
    throw new IllegalWrite(`the word kept as ${name} is ${value.length} characters long`);
  }
}

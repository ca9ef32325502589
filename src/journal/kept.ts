import { IllegalWrite } from './errors.ts';
import { KEPT_NAME_MAX, KEPT_VALUE_MAX } from './port.ts';

/** Every driver checks a kept value so. */
export function assertKeepable(name: string, value: string | undefined): void {
  if (name.length === 0 || name.length > KEPT_NAME_MAX) {
    throw new IllegalWrite(`the name of a kept value is ${name.length} characters long`);
  }
  if (value !== undefined && value.length > KEPT_VALUE_MAX) {
    throw new IllegalWrite(`the value kept as ${name} is ${value.length} characters long`);
  }
}

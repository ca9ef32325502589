/** Whether new commands are accepted, as text. */
import type { Accepting, Refusal } from '../../protocol/accepting.ts';
import { plain, type Terminal } from './terminal.ts';

export function acceptingText({ accepting }: Accepting, terminal: Terminal): string {
  return accepting ? terminal.paint('green', 'accepting') : terminal.paint('red', 'not accepting');
}

export function refusedText({ message }: Refusal): string {
  return `new commands are refused: ${plain(message)}`;
}

/**
 * A dialect of the configuration file: does it name the record that the nodes make? Only a create
 * would show it.
 */
import type { Settings } from '../../config/schema.ts';
import { SHIPPED_DIALECTS } from '../../node/dialects/index.ts';
import { type Finding, warn } from './finding.ts';

export function checkOwnDialect({ dialect }: Pick<Settings, 'dialect'>): readonly Finding[] {
  if (SHIPPED_DIALECTS.some(({ name }) => name === dialect.name)) return [];
  const detail = 'a success that names no key is believed, whatever record the node made';
  const hint =
    'Run lockstep doctor --try KEY, which creates a key that nobody uses on each node and deletes it: an API ' +
    'that ignores a member of the body makes another record and answers 201.';
  return [warn(`dialect ${dialect.name}`, detail, hint)];
}

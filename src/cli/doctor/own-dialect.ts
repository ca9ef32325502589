/**
 * A dialect of the configuration file: does it name the record that the nodes make? Only a create
 * would show it.
 */
import type { Settings } from '../../config/schema.ts';
import { SHIPPED_DIALECTS } from '../../node/dialects/index.ts';
import { type Finding, warn } from './finding.ts';

export function checkOwnDialect({ dialect }: Pick<Settings, 'dialect'>): readonly Finding[] {
  if (SHIPPED_DIALECTS.some(({ name }) => name === dialect.name)) return [];
  const detail = 'a success without the key is accepted, even if the node created another record';
  const hint =
    'Run lockstep doctor --try KEY with an unused key; it is created on each node and deleted again. An API ' +
    'that ignores a member of the body creates another record and answers 201.';
  return [warn(`dialect ${dialect.name}`, detail, hint)];
}

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
    'Create a key once and read it on each node: an API that ignores the member groupId makes another ' +
    'record and answers 201. docs/node-api.md, "A proxy in the place of a node".';
  return [warn(`dialect ${dialect.name}`, detail, hint)];
}

/** The dialects that ship. */
import type { Dialect } from '../dialect/dialect.ts';
import { challenge } from './challenge.ts';
import { reliableOps } from './reliable-ops.ts';

export const SHIPPED_DIALECTS: readonly Dialect[] = [reliableOps, challenge];

/**
 * The schema, one step each. Steps are never changed and only add, so that the version before goes on beside them;
 * functions have a version in their names.
 */
import { TABLES } from './001-tables.ts';
import { CHAIN } from './002-chain.ts';
import { COMMIT } from './003-commit.ts';
import { WORDS } from './004-words.ts';
import { PLANNER } from './005-planner.ts';
import { IDENTITY } from './006-identity.ts';
import { WAITS } from './007-waits.ts';
import { SET_BACK } from './008-set-back.ts';
import { PLANS } from './009-plans.ts';

export const STEPS: readonly string[] = [
  TABLES,
  CHAIN,
  COMMIT,
  WORDS,
  PLANNER,
  IDENTITY,
  WAITS,
  SET_BACK,
  PLANS,
];

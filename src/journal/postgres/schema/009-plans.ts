/**
 * The statements of a batch are planned once a connection. Left to itself, the server plans them again for each small batch, as
 * it takes a plan for these very arrays to be cheaper. For two commands a batch that is a sixth of its
 * processor time (1178 and 974 µs, 30 November 2026, medians of 120 turns on two busy cores); for six it is none.
 */
export const PLANS = `
ALTER FUNCTION lockstep.commit_v1 SET plan_cache_mode = 'force_generic_plan';
`;

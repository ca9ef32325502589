/** Checksums of acts: of their beginning, which never changes, and of what came of it. Earlier acts are parsed only. */
export const ACT_SUMS = `
ALTER TABLE act ADD COLUMN begin_sum INTEGER;
ALTER TABLE act ADD COLUMN end_sum INTEGER;
`;

/** Tells this journal from every other; a restored copy of the database has the same. */
export const IDENTITY = `
INSERT INTO lockstep.setting (name, value) VALUES ('journal_id', replace(gen_random_uuid()::text, '-', ''))
ON CONFLICT DO NOTHING;
`;

/**
 * How the server plans for this role in this database, since a pooler of transactions forbids `SET`: each row that is looked
 * up has an index, and joins over all of history are never the better way.
 */
const SETTINGS = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
};

const one = ([name, value]: readonly [string, string]): string =>
  `EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET ${name} = ${value}', current_database());`;

export const PLANNER = `
DO $$
BEGIN
  ${Object.entries(SETTINGS).map(one).join('\n  ')}
END $$;
`;

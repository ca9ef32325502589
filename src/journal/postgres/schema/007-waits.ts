/**
 * How long a statement holds its connection on the server. A client gives a statement up after a time (link.ts) and sends
 * it again on a new connection: each one that still waited for a lock would keep a connection, until the server had none
 * left. So a wait for a lock ends before its client gives up, and the connection goes on.
 *
 * A statement that works for longer than its client waits ends when the server sees that the connection is closed.
 * Servers on some systems cannot look, and refuse the setting.
 *
 * The changes have their bound with them, since settings of a role are lost with the role, and a pooler's connections may
 * be older than they are.
 */
const LOCK_TIMEOUT = '2500ms';
const CONNECTION_CHECK = '1s';

const FUNCTIONS = ['chain_v1', 'commit_v1', 'words_v1', 'prune_v1'];

const ofRole = (setting: string): string =>
  `EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET ${setting}', current_database());`;

export const WAITS = `
DO $$
BEGIN
  ${ofRole(`lock_timeout = ''${LOCK_TIMEOUT}''`)}
  BEGIN
    ${ofRole(`client_connection_check_interval = ''${CONNECTION_CHECK}''`)}
  EXCEPTION WHEN invalid_parameter_value THEN
    NULL;
  END;
END $$;
${FUNCTIONS.map((name) => `ALTER FUNCTION lockstep.${name} SET lock_timeout = '${LOCK_TIMEOUT}';`).join('\n')}
`;

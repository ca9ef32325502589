/**
 * Brings the schema `lockstep` of the database to this version, in one transaction under a lock that ends with it: so
 * daemons that start at once do it one after the other, also behind a pooler of transactions.
 */
import { JournalError } from '../../errors.ts';
import type { Link } from '../link.ts';
import { STEPS } from './index.ts';

/** Of `pg_advisory_xact_lock`: only daemons of one database meet there. */
const LOCK = 1_280_267_091;
/** A step may wait for those of another daemon. */
const STEP_MS = 30_000;

/** @throws JournalError `newer_schema`, `foreign`; DatabaseError; OutcomeUnknown */
export async function migrate(link: Link, shown: string): Promise<void> {
  const version = await versionOf(link, shown);
  if (version > STEPS.length) {
    throw new JournalError(
      `${shown} has schema ${version}, and this version knows ${STEPS.length}`,
      { code: 'newer_schema' },
    );
  }
  if (version === STEPS.length) return;
  const steps = STEPS.slice(version).join('\n');
  const text = `
    BEGIN;
    SET LOCAL lock_timeout = '${STEP_MS}ms';
    SELECT pg_advisory_xact_lock(${LOCK});
    ${version === 0 ? 'CREATE SCHEMA lockstep; CREATE TABLE lockstep.setting (name text PRIMARY KEY, value text NOT NULL);' : ''}
    ${steps}
    INSERT INTO lockstep.setting VALUES ('schema', '${STEPS.length}')
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    COMMIT;`;
  try {
    await link.query(text, [], STEP_MS * 2);
  } catch (error) {
    await link.query('ROLLBACK').catch(() => undefined);
    // Another daemon was first.
    if ((await versionOf(link, shown)) === STEPS.length) return;
    throw error;
  }
}

async function versionOf(link: Link, shown: string): Promise<number> {
  const { rows } = await link.query(`
    SELECT to_regnamespace('lockstep') IS NOT NULL AS schema, to_regclass('lockstep.setting') IS NOT NULL AS setting,
      current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby`);
  const found = rows[0] ?? {};
  if (found['standby'] === true) {
    throw new JournalError(`${shown} is a standby, which cannot be written`, {
      code: 'unreachable',
    });
  }
  if (found['encoding'] !== 'UTF8') {
    const hint = 'Create the database with the encoding UTF8.';
    throw new JournalError(`${shown} has the encoding ${String(found['encoding'])}`, {
      code: 'foreign',
      hint,
    });
  }
  if (found['setting'] === true) {
    const version = await link.query(`SELECT value FROM lockstep.setting WHERE name = 'schema'`);
    return Number(version.rows[0]?.['value'] ?? 0);
  }
  if (found['schema'] !== true) return 0;
  const hint = 'Name another database, or remove the schema `lockstep` if it is not of lockstep.';
  throw new JournalError(`${shown} has a schema lockstep of another program`, {
    code: 'foreign',
    hint,
  });
}

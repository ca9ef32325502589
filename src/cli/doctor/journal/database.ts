/** The database of a journal in PostgreSQL: reachable, writable, durable, and who works on it. */
import { JournalError } from '../../../journal/errors.ts';
import {
  ALONE_HINT,
  asynchronousText,
  FORGETS_HINT,
  riskOf,
} from '../../../journal/postgres/start/standbys.ts';
import { type Survey, survey } from '../../../journal/postgres/survey.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';

/** The first with all that the journal uses, and that its makers still support. */
const OLDEST = 14;

export async function checkDatabase(
  { url, mayForget }: { readonly url: string; readonly mayForget: boolean },
  daemonRuns: Promise<boolean>,
): Promise<readonly Finding[]> {
  try {
    const found = await survey(url);
    return [stateOf(found, await daemonRuns), ...faultsOf(found, mayForget)];
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return [fail('journal', error.message, error.hint)];
  }
}

function stateOf({ shown, version, isEmpty, holder }: Survey, runs: boolean): Finding {
  const place = `${shown}, PostgreSQL ${version}`;
  if (isEmpty)
    return ok('journal', `${place}: no journal yet; the first start makes the schema lockstep`);
  if (holder === undefined || runs)
    return ok('journal', `${place}, held by ${holder ?? 'no daemon'}`);
  return ok('journal', `${place}, last used by ${holder}, which did not stop cleanly`);
}

function* faultsOf(found: Survey, mayForget: boolean): Generator<Finding> {
  const { version, schema, schemaKnown, isStandby, isDurable } = found;
  if (Number.parseInt(version, 10) < OLDEST) {
    yield warn('journal', `PostgreSQL ${version} is old`, `Use PostgreSQL ${OLDEST} or later.`);
  }
  if (schema > schemaKnown) {
    const hint = 'Run the version of lockstep that wrote this journal, or a later one.';
    yield fail('journal', `its schema is ${schema}, and this version knows ${schemaKnown}`, hint);
  }
  if (isStandby) {
    yield fail('journal', 'the server is a standby', 'Let the address lead to the primary.');
  }
  if (!isDurable) {
    const hint =
      'Set fsync = on: otherwise a crash of its machine loses commands that were already answered.';
    yield fail('journal', 'the server does not sync its disk (fsync = off)', hint);
  }
  if (isStandby || mayForget) return;
  const risk = riskOf(found);
  if (risk === 'forgets') yield fail('journal', asynchronousText(found.standbys), FORGETS_HINT);
  if (risk === 'alone') yield warn('journal', 'the server has no standby', ALONE_HINT);
}

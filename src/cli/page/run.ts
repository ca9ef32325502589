/**
 * `lockstep page`: prints the link to the live page, from the files of a daemon that runs on this machine. The token is in
 * the fragment of the link, which a browser sends to nobody; the page changes it for a cookie at once.
 */
import { join } from 'node:path';
import { readClientFile } from '../../clients/client-file.ts';
import { loadSettings } from '../../config/load.ts';
import { formatProblems } from '../../config/problem.ts';
import type { Settings } from '../../config/schema.ts';
import { OPS_TOKEN_FILE, OPS_URL_FILE } from '../../files/data-files.ts';
import { readSecretFile } from '../../files/secret-file.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import { identityOf } from '../input/identity.ts';
import { plain, type Terminal } from '../output/terminal.ts';

const FILE_BYTES_MAX = 1024;
const WITH_A_LIST =
  'There is a list of clients: log in with the token of a client with the role read or operate, or give it by ' +
  '--token-file FILE. `lockstep keys add NAME --role operate` makes one.';

export interface PageJob {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly 'token-file'?: string | undefined;
}

/** @throws UsageError */
export async function runPage(job: PageJob, terminal: Terminal): Promise<ExitCode> {
  const settings = settingsOf(job.config);
  const url = textOf(join(settings.dataDir, OPS_URL_FILE));
  const found = url.ok && url.text !== undefined ? tokenFor(job, settings) : url;
  if (!found.ok || url.text === undefined) {
    const message = found.ok
      ? `no daemon has run with the data folder ${settings.dataDir}`
      : found.message;
    const hint = 'Start the daemon, or give its settings, for example LOCKSTEP_DATA_DIR.';
    if (job.json) await terminal.json({ error: { code: 'no_page', message, hint } });
    else terminal.note(`lockstep: ${plain(message)}\n  ${hint}`);
    return EXIT.notDone;
  }
  const link = found.text === undefined ? `${url.text}/` : `${url.text}/#token=${found.text}`;
  if (job.json) await terminal.json({ link, logsIn: found.text !== undefined });
  else await terminal.line(link);
  if (!job.json && found.text === undefined) terminal.note(WITH_A_LIST);
  return EXIT.done;
}

type Found =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly message: string; readonly text?: undefined };

/** The caller's own token, or the daemon's while there is no list of clients; undefined: there is none. */
function tokenFor(job: PageJob, { dataDir, clients }: Settings): Found {
  const { token } = identityOf({ 'token-file': job['token-file'] }, process.env);
  if (token !== undefined) return { ok: true, text: token };
  const list = readClientFile(clients);
  if (!list.ok) return { ok: false, message: list.fault.message };
  return list.list === undefined
    ? textOf(join(dataDir, OPS_TOKEN_FILE))
    : { ok: true, text: undefined };
}

function textOf(path: string): Found {
  const read = readSecretFile(path, FILE_BYTES_MAX);
  return read.ok
    ? { ok: true, text: read.text?.trim() }
    : { ok: false, message: read.fault.message };
}

/** @throws UsageError if the configuration is wrong */
function settingsOf(config: string | undefined): Settings {
  const argv = config === undefined ? [] : ['--config', config];
  const loaded = loadSettings({ argv, env: process.env, cwd: process.cwd() });
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems).trimEnd());
  return loaded.settings;
}

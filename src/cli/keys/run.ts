/**
 * `lockstep keys`: changes the list of clients, a file. It works with a daemon or without; a daemon that runs reads the
 * file again within a second.
 *
 * A token is shown once, on stdout and nowhere else, or written to a file; the list keeps only its hash.
 */
import { nearest } from '../../base/nearest.ts';
import { type Changed, changeList } from '../../clients/change-list.ts';
import { readClientFile } from '../../clients/client-file.ts';
import {
  type Client,
  formerTokenCounts,
  isClientName,
  NAME_FORM,
} from '../../clients/client-list.ts';
import type { Role } from '../../clients/role.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import { daemonSettings } from '../input/settings.ts';
import { table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { switchOff } from './off.ts';
import { report } from './report.ts';
import { keepSecret } from './secret-place.ts';
import { newKey, newTokenOnly, type Secrets } from './secrets.ts';
import { makeServerKey } from './server.ts';

export interface KeysJob {
  readonly act: 'add' | 'list' | 'remove' | 'rotate' | 'off' | 'server';
  readonly name: string | undefined;
  readonly role: Role | undefined;
  /** The file for the token; undefined: it is shown. */
  readonly out: string | undefined;
  /** The key file to make, with a key for CURVE and the token. */
  readonly keyOut: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
  /** How long the old token of a rotation counts beside the new one. */
  readonly overlapMs: number | undefined;
  /** Nothing is asked. */
  readonly yes: boolean | undefined;
}

interface Named extends KeysJob {
  readonly name: string;
  /** The file of the list. */
  readonly path: string;
  readonly curveKeyFile: string | undefined;
}

/** @throws UsageError */
export async function runKeys(job: KeysJob, terminal: Terminal): Promise<ExitCode> {
  const { clients: path, curveKeyFile, dataDir } = daemonSettings(job.config);
  if (job.act === 'off') return switchOff({ ...job, path, dataDir }, terminal);
  if (job.act === 'list') return showList(path, job, terminal);
  if (job.act === 'server') return makeServer(job, curveKeyFile, terminal);
  const named = { ...job, path, curveKeyFile, name: requireName(job) };
  if (job.act === 'remove') return remove(named, terminal);
  return job.act === 'add' ? add(named, terminal) : rotate(named, terminal);
}

function requireName({ act, name }: KeysJob): string {
  if (name === undefined) throw new UsageError(`no client is named: lockstep keys ${act} NAME`);
  if (isClientName(name)) return name;
  throw new UsageError(`the name of a client must be ${NAME_FORM}`);
}

async function showList(path: string, { json }: KeysJob, terminal: Terminal): Promise<ExitCode> {
  const read = readClientFile(path);
  if (!read.ok) return report(read.fault, json, terminal);
  const clients = read.list?.clients.map((client) => {
    const { name, role, curveKey, formerTokenUntil } = client;
    const counts = formerTokenCounts(client, Date.now());
    return { name, role, curveKey, formerTokenUntil: counts ? formerTokenUntil : undefined };
  });
  if (json) await terminal.json({ file: path, clients: clients ?? null });
  else if (terminal.isQuiet) for (const { name } of clients ?? []) await terminal.value(name);
  else if (clients === undefined) {
    await terminal.line(`There is no list of clients: ${path} does not exist.`);
  } else if (clients.length === 0) {
    await terminal.line(`The list ${path} is empty: nobody may do anything.`);
  } else {
    const rows = clients.map((client) => [
      client.name,
      client.role,
      client.curveKey ?? '',
      client.formerTokenUntil ?? '',
    ]);
    const columns = ['client', 'role', 'CURVE key', 'old token until'];
    const shown = rows.some((row) => row[3] !== '') ? 4 : 3;
    const titles = columns.slice(0, shown).map((title) => ({ title }));
    await terminal.line(
      table(
        titles,
        rows.map((row) => row.slice(0, shown)),
        terminal.roomFor(),
      ),
    );
  }
  return EXIT.done;
}

async function makeServer(
  { out, json }: KeysJob,
  curveKeyFile: string | undefined,
  terminal: Terminal,
): Promise<ExitCode> {
  const path = out ?? curveKeyFile;
  if (path === undefined) {
    throw new UsageError('no file is named: set LOCKSTEP_CURVE_KEY_FILE, or give --out FILE');
  }
  const made = makeServerKey(path);
  if (!made.ok) return report(made.fault, json, terminal);
  const { publicKey } = made;
  if (json) await terminal.json({ file: path, publicKey });
  else {
    await terminal.line(
      `The key of the daemon is in ${plain(path)}; its public key is ${publicKey}`,
    );
  }
  return EXIT.done;
}

async function add(job: Named, terminal: Terminal): Promise<ExitCode> {
  const { name, role } = job;
  if (role === undefined) {
    throw new UsageError(
      `no role is given: lockstep keys add ${name} --role commands|read|operate`,
    );
  }
  return withSecrets(job, terminal, ({ inList }) => (before = []) => {
    const clash = before.some((client) => client.name === name);
    if (clash) return refused(`there is a client ${name} already`, `lockstep keys rotate ${name}`);
    return { ok: true, clients: [...before, { name, role, ...inList }] };
  });
}

function rotate(job: Named, terminal: Terminal): Promise<ExitCode> {
  if (job.overlapMs !== undefined && job.keyOut !== undefined) {
    throw new UsageError('--overlap is for tokens: with --key-out the old key is refused at once');
  }
  return withSecrets(job, terminal, ({ inList }) => (before = []) => {
    if (!before.some(({ name }) => name === job.name)) return unknown(job.name, before);
    const clients = before.map((client) =>
      client.name === job.name ? rotated(client, inList, job.overlapMs) : client,
    );
    return { ok: true, clients };
  });
}

function rotated(
  { formerTokenSha256: _sha256, formerTokenUntil: _until, ...client }: Client,
  inList: Secrets['inList'],
  overlapMs: number | undefined,
): Client {
  if (overlapMs === undefined) return { ...client, ...inList };
  const formerTokenUntil = new Date(Date.now() + overlapMs).toISOString();
  return { ...client, ...inList, formerTokenSha256: client.tokenSha256, formerTokenUntil };
}

async function remove({ name, path, json }: Named, terminal: Terminal): Promise<ExitCode> {
  const changed = await changeList(path, (before = []) => {
    const clients = before.filter((client) => client.name !== name);
    return clients.length === before.length ? unknown(name, before) : { ok: true, clients };
  });
  if (!changed.ok) return report(changed.fault, json, terminal);
  if (json) await terminal.json({ file: path, name, clients: changed.clients.length });
  else await terminal.line(`${name} is no client any more; its next request is refused.`);
  warn(changed.clients, terminal);
  return EXIT.done;
}

type Change = (before: readonly Client[] | undefined) => Changed;

/** The file of the secrets is written before the list changes, and named afterwards. */
async function withSecrets(
  job: Named,
  terminal: Terminal,
  changeFor: (secrets: Secrets) => Change,
): Promise<ExitCode> {
  const { path, name, json, out, keyOut } = job;
  if (job.overlapMs !== undefined && job.act !== 'rotate') {
    throw new UsageError('--overlap is for rotate');
  }
  if (out !== undefined && keyOut !== undefined) {
    throw new UsageError('--key-out writes the token too: give it or --out');
  }
  const secrets = keyOut === undefined ? newTokenOnly() : newKey(name, job.curveKeyFile);
  if ('fault' in secrets) return report(secrets.fault, json, terminal);
  const { token, text } = secrets;
  const file = keyOut ?? out;
  const kind = keyOut === undefined ? 'token' : 'key';
  const replaces = job.act === 'rotate';
  const place = file === undefined ? undefined : keepSecret(text, { file, kind, replaces });
  if (place !== undefined && 'fault' in place) return report(place.fault, json, terminal);
  let isFirst = false;
  const changed = await changeList(path, (before) => {
    isFirst = before === undefined;
    return changeFor(secrets)(before);
  });
  if (!changed.ok) {
    place?.discard();
    return report(changed.fault, json, terminal);
  }
  const fault = place?.commit();
  if (fault !== undefined) {
    const hint = `The client has a new token that nobody knows: lockstep keys rotate ${name}`;
    return report({ ...fault, hint }, json, terminal);
  }
  await showToken(job, token, terminal);
  if (isFirst)
    terminal.note(`This is the first client of ${path}: from now on every request needs a token.`);
  warn(changed.clients, terminal);
  if (job.curveKeyFile !== undefined && keyOut === undefined && job.act === 'add') {
    terminal.note(`${name} has no key: where the daemon uses CURVE it cannot connect (--key-out).`);
  }
  return EXIT.done;
}

async function showToken(
  { name, json, path, out, keyOut }: Named,
  token: string,
  terminal: Terminal,
): Promise<void> {
  if (json) {
    const shown = out === undefined && keyOut === undefined ? { token } : { out, keyOut };
    return terminal.json({ file: path, name, ...shown });
  }
  if (keyOut !== undefined) return terminal.line(`The key file of ${name} is ${plain(keyOut)}.`);
  if (out !== undefined) return terminal.line(`The token of ${name} is in ${plain(out)}.`);
  terminal.note(`The token of ${name}, which is not shown again:`);
  return terminal.value(token);
}

/** A list in which something is missing that people need. */
function warn(clients: readonly Client[], terminal: Terminal): void {
  if (clients.length === 0) terminal.note('The list is empty now: nobody may do anything.');
  else if (!clients.some(({ role }) => role === 'operate')) {
    terminal.note('No client has the role operate: nobody may cancel, pause or audit.');
  }
}

function unknown(name: string, clients: readonly Client[]): Changed {
  const near = nearest(
    name,
    clients.map((client) => client.name),
  );
  const hint = near === undefined ? 'lockstep keys list' : `Did you mean ${near}?`;
  return refused(`there is no client ${name}`, hint);
}

function refused(message: string, hint: string): Changed {
  return { ok: false, fault: { message, hint } };
}

/**
 * `lockstep keys`: changes the list of clients, a file. It works with a daemon or without; a daemon that runs reads the
 * file again within a second.
 *
 * A token is shown once, on stdout and nowhere else, or written to a file; the list keeps only its hash.
 */
import { nearest } from '../../base/nearest.ts';
import { type Changed, changeList } from '../../clients/change-list.ts';
import { readClientFile } from '../../clients/client-file.ts';
import { type Client, isClientName, type ListFault, NAME_FORM } from '../../clients/client-list.ts';
import type { Role } from '../../clients/role.ts';
import { newToken, tokenSha256 } from '../../clients/token.ts';
import { loadSettings } from '../../config/load.ts';
import { formatProblems } from '../../config/problem.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import { table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { keepToken } from './token-place.ts';

export interface KeysJob {
  readonly act: 'add' | 'list' | 'remove' | 'rotate';
  readonly name: string | undefined;
  readonly role: Role | undefined;
  /** The file for the token; undefined: it is shown. */
  readonly out: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
}

interface Named extends KeysJob {
  readonly name: string;
  /** The file of the list. */
  readonly path: string;
}

/** @throws UsageError */
export async function runKeys(job: KeysJob, terminal: Terminal): Promise<ExitCode> {
  const path = listPath(job.config);
  if (job.act === 'list') return showList(path, job, terminal);
  const named = { ...job, path, name: requireName(job) };
  if (job.act === 'remove') return remove(named, terminal);
  return job.act === 'add' ? add(named, terminal) : rotate(named, terminal);
}

/** @throws UsageError if the configuration is wrong */
function listPath(config: string | undefined): string {
  const argv = config === undefined ? [] : ['--config', config];
  const loaded = loadSettings({ argv, env: process.env, cwd: process.cwd() });
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems).trimEnd());
  return loaded.settings.clients;
}

function requireName({ act, name }: KeysJob): string {
  if (name === undefined) throw new UsageError(`no client is named: lockstep keys ${act} NAME`);
  if (isClientName(name)) return name;
  throw new UsageError(`the name of a client must be ${NAME_FORM}`);
}

async function showList(path: string, { json }: KeysJob, terminal: Terminal): Promise<ExitCode> {
  const read = readClientFile(path);
  if (!read.ok) return report(read.fault, json, terminal);
  const clients = read.list?.clients.map(({ name, role, curveKey }) => ({ name, role, curveKey }));
  if (json) await terminal.json({ file: path, clients: clients ?? null });
  else if (clients === undefined) {
    await terminal.line(`There is no list of clients: ${path} does not exist.`);
  } else if (clients.length === 0) {
    await terminal.line(`The list ${path} is empty: nobody may do anything.`);
  } else {
    const rows = clients.map(({ name, role, curveKey }) => [name, role, curveKey ?? '']);
    await terminal.line(
      table([{ title: 'client' }, { title: 'role' }, { title: 'CURVE key' }], rows),
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
  return withNewToken(job, terminal, (token) => (before = []) => {
    const clash = before.some((client) => client.name === name);
    if (clash) return refused(`there is a client ${name} already`, `lockstep keys rotate ${name}`);
    const client = { name, role, tokenSha256: tokenSha256(token) };
    return { ok: true, clients: [...before, client] };
  });
}

function rotate(job: Named, terminal: Terminal): Promise<ExitCode> {
  return withNewToken(job, terminal, (token) => (before = []) => {
    if (!before.some(({ name }) => name === job.name)) return unknown(job.name, before);
    const renewed = { tokenSha256: tokenSha256(token) };
    const clients = before.map((client) =>
      client.name === job.name ? { ...client, ...renewed } : client,
    );
    return { ok: true, clients };
  });
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

/** The file of the token is written before the list changes, and named afterwards. */
async function withNewToken(
  job: Named,
  terminal: Terminal,
  changeFor: (token: string) => Change,
): Promise<ExitCode> {
  const { path, name, json, out: file } = job;
  const token = newToken();
  const place =
    file === undefined ? undefined : keepToken(token, { file, replaces: job.act === 'rotate' });
  if (place !== undefined && 'fault' in place) return report(place.fault, json, terminal);
  let isFirst = false;
  const changed = await changeList(path, (before) => {
    isFirst = before === undefined;
    return changeFor(token)(before);
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
  return EXIT.done;
}

async function showToken(
  { name, json, path, out }: Named,
  token: string,
  terminal: Terminal,
): Promise<void> {
  if (json)
    return terminal.json({ file: path, name, ...(out === undefined ? { token } : { out }) });
  if (out !== undefined) return terminal.line(`The token of ${name} is in ${plain(out)}.`);
  terminal.note(`The token of ${name}, which is not shown again:`);
  return terminal.line(token);
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

async function report(
  { message, hint }: ListFault,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const error = { code: 'keys', message, ...(hint === undefined ? {} : { hint }) };
  if (json) await terminal.json({ error });
  else terminal.note([`lockstep: ${message}`, hint].filter(Boolean).join('\n  '));
  return EXIT.notDone;
}

/** `lockstep context`: adds, chooses, lists and removes the daemons that the user has named. */
import { resolve } from 'node:path';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import { table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import {
  type Context,
  type Contexts,
  checkedName,
  contextNamed,
  contextsPath,
  readContexts,
  writeContexts,
} from './contexts.ts';

export interface ContextJob {
  readonly act: 'add' | 'use' | 'list' | 'remove' | 'unset';
  readonly name: string | undefined;
  readonly endpoint: string | undefined;
  readonly eventsEndpoint: string | undefined;
  readonly keyFile: string | undefined;
  readonly tokenFile: string | undefined;
}

/** @throws UsageError */
export async function runContext(job: ContextJob, terminal: Terminal): Promise<ExitCode> {
  const path = contextsPath(process.env);
  const known = readContexts(path);
  if (job.act === 'list') return list(path, known, terminal);
  const { after, text } = changed(job, known, path);
  writeContexts(path, after);
  const { current } = after;
  if (terminal.isJson) await terminal.json({ file: path, current: current ?? null });
  else await terminal.line(text);
  return EXIT.done;
}

function changed(
  job: ContextJob,
  known: Contexts,
  path: string,
): { readonly after: Contexts; readonly text: string } {
  const { contexts } = known;
  if (job.act === 'unset') return { after: { contexts }, text: 'No context is the current one.' };
  const name = nameIn(job);
  if (job.act === 'add') {
    const after = { ...known, contexts: new Map(contexts).set(name, contextOf(job)) };
    const verb = contexts.has(name) ? 'changed' : 'added';
    const text = `The context ${name} is ${verb}; lockstep context use ${name} makes it the current one.`;
    return { after, text };
  }
  contextNamed(name, known, path);
  if (job.act === 'use') return { after: { ...known, current: name }, text: `${name} is current.` };
  const left = new Map(contexts);
  left.delete(name);
  const { current } = known;
  const after = {
    contexts: left,
    ...(current === undefined || current === name ? {} : { current }),
  };
  return { after, text: `The context ${name} is removed.` };
}

function nameIn({ act, name }: ContextJob): string {
  if (name !== undefined) return checkedName(name);
  throw new UsageError(`no context is named: lockstep context ${act} NAME`);
}

function contextOf({ name, endpoint, eventsEndpoint, keyFile, tokenFile }: ContextJob): Context {
  if (endpoint === undefined) {
    throw new UsageError(`no address is given: lockstep context add ${name} --endpoint ADDRESS`);
  }
  return {
    endpoint,
    ...(eventsEndpoint === undefined ? {} : { eventsEndpoint }),
    ...(keyFile === undefined ? {} : { keyFile: resolve(keyFile) }),
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(tokenFile) }),
  };
}

async function list(
  file: string,
  { current, contexts }: Contexts,
  terminal: Terminal,
): Promise<ExitCode> {
  const all = [...contexts].map(([name, context]) => ({ name, ...context }));
  if (terminal.isJson) await terminal.json({ file, current: current ?? null, contexts: all });
  else if (terminal.isQuiet) for (const { name } of all) await terminal.value(name);
  else if (all.length === 0) await terminal.line(`There is no context: ${plain(file)}`);
  else await terminal.line(contextTable(all, current, terminal));
  return EXIT.done;
}

function contextTable(
  all: readonly (Context & { readonly name: string })[],
  current: string | undefined,
  terminal: Terminal,
): string {
  return table(
    [
      { title: '' },
      { title: 'context', isWhole: true },
      { title: 'endpoint' },
      { title: 'events', rank: 2 },
      { title: 'file of the client', rank: 1 },
    ],
    all.map(({ name, endpoint, eventsEndpoint, keyFile, tokenFile }) => [
      name === current ? '*' : '',
      name,
      plain(endpoint),
      plain(eventsEndpoint ?? ''),
      [keyFile, tokenFile]
        .filter((file) => file !== undefined)
        .map(plain)
        .join(', '),
    ]),
    terminal.roomFor(),
  );
}

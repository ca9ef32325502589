/** What a shell is told when somebody presses TAB. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import { programEnv } from '../support/program-env.ts';
import { CLI, noTerminal, runCli, SCRIPT } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NOWHERE = { env: { LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:1' } };

async function words(
  line: readonly string[],
  options: { readonly env: Readonly<Record<string, string>> } = NOWHERE,
): Promise<readonly string[]> {
  const { stdout } = await runCli(['--complete', ...line], options);
  return stdout.split('\n').filter((word) => word !== '');
}

test('subcommands, options, lanes, acts and states are completed', async () => {
  expect(await words(['dele'])).toEqual(['delete-one', 'delete']);
  expect(await words(['create-one', '5', '--if'])).toEqual(['--if-unavailable']);
  expect(await words(['create-one', '5', '--lane', ''])).toEqual(['interactive', 'bulk']);
  expect(await words(['breaker', ''])).toEqual(['open', 'close', 'reset']);
  expect(await words(['list', '--state', 'c'])).toEqual(['compensating', 'committed']);
  expect(await words(['create', ''])).toEqual([]);
  expect(await words(['nonsense', ''])).toEqual([]);
});

test('a value behind = is completed too, one of a list, and behind options of all', async () => {
  expect(await words(['list', '--state=comp'])).toEqual(['--state=compensating']);
  // As bash has it: the word ends at the sign.
  expect(await words(['list', '--state', '=', 'comp'])).toEqual(['compensating']);
  expect(await words(['create-one', '5', '--lane', '='])).toEqual(['interactive', 'bulk']);
  expect(await words(['list', '--state', 'refused,ab'])).toEqual(['refused,abandoned']);
  expect(await words(['--timeout', '1s', 'ping'])).toEqual(['ping']);
  expect(await words(['--json', 'breaker', 'c'])).toEqual(['close']);
  expect(await words(['create-one', '5', '--lane', '=', 'bulk', '--wa'])).toEqual(['--wait']);
});

test('names of nodes come from the daemon; without a daemon there are none', async () => {
  const peer = await startPeer();
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  expect(await words(['breaker', 'open', ''], { env })).toEqual(['node01', 'node02']);
  expect(await words(['list', '--node', 'node02'], { env })).toEqual(['node02']);
  expect(await words(['breaker', 'open', ''])).toEqual([]);
  expect(await words(['--endpoint', peer.endpoint, 'breaker', 'open', 'node01'])).toEqual([
    'node01',
  ]);
});

test('ids of commands, contexts, topics and forms of output are completed', async () => {
  const peer = await startPeer({ hold: ({ id }) => id !== 'order-1' });
  const home = tempFolder();
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint, XDG_CONFIG_HOME: home };
  for (const id of ['order-1', 'order-2']) {
    await runCli(['create-one', id, '--id', id, '--wait', 'accepted'], { env });
  }
  await runCli(['context', 'add', 'prod', '--endpoint', peer.endpoint], { env });
  expect(await words(['status', 'or'], { env })).toEqual(['order-1', 'order-2']);
  // Only an open command can be cancelled; each of several ids is completed.
  expect(await words(['cancel', ''], { env })).toEqual(['order-2']);
  expect(await words(['wait', 'order-2', ''], { env })).toEqual(['order-2']);
  expect(await words(['acts', '--on', 'order-1'], { env })).toEqual(['order-1']);
  expect(await words(['list', '--context', ''], { env })).toEqual(['prod']);
  expect(await words(['context', 'use', 'p'], { env })).toEqual(['prod']);
  expect(await words(['events', 'br'], { env })).toEqual(['breaker.']);
  expect(await words(['list', '-o', 'json'], { env })).toEqual(['json', 'jsonl']);
  const chosen = ['status', '--context', 'prod', 'order-1'];
  expect(await words(chosen, { env: { LOCKSTEP_ENDPOINT: '', XDG_CONFIG_HOME: home } })).toEqual([
    'order-1',
  ]);
});

test('P9: a daemon that does not answer delays a completion by about half a second', async () => {
  const peer = await startPeer({ mute: () => true });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  const [, spent] = await timed(() => words(['completion', ''], { env }));
  const [found, waited] = await timed(() => words(['status', ''], { env }));
  expect(found).toEqual([]);
  // Twice the bound, and as long as the program takes to start on a busy machine.
  expect(waited - spent).toBeLessThan(1000 + spent);
});

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const begun = performance.now();
  return [await work(), performance.now() - begun];
}

/** What each shell makes of a line when TAB is pressed at its end. */
const LINES: readonly (readonly [typed: string, becomes: string])[] = [
  ['delete-o', 'delete-one'],
  ['create-one 5 --wa', 'create-one 5 --wait'],
  ['list --state comp', 'list --state compensating'],
  ['list --state=comp', 'list --state=compensating'],
  ['list --state accepted,comp', 'list --state accepted,compensating'],
  ['--timeout 1s delete-o', '--timeout 1s delete-one'],
  ['delete --yes key', 'delete --yes keys.txt'],
];

/** A folder with `lockstep`: it completes as the real one does, and otherwise says what it is called with. */
function setUpShell(): { readonly folder: string; readonly env: NodeJS.ProcessEnv } {
  const folder = tempFolder();
  const script = `[ "$1" = --complete ] || [ "$1" = completion ] || { echo "called with: $*"; exit; }
exec '${process.execPath}' '${CLI}' "$@"`;
  writeFileSync(join(folder, 'lockstep'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'keys.txt'), '');
  const { PATH, ...own } = programEnv();
  return {
    folder,
    env: {
      ...NOWHERE.env,
      ...own,
      PATH: `${folder}:${PATH}`,
      HOME: folder,
      TERM: 'dumb',
      PS1: '',
      LC_ALL: 'C.UTF-8',
    },
  };
}

/** As they are typed at a terminal: TAB, then return. */
const SHELLS = {
  bash: { start: 'bash --norc --noprofile -i', first: 'source <(lockstep completion bash)' },
  zsh: {
    start: 'zsh -f -i',
    first: 'autoload -Uz compinit; compinit -u -D; source <(lockstep completion zsh)',
  },
} as const;

describe.each(['bash', 'zsh'] as const)('in %s', (shell) => {
  test('TAB at the end of a line completes it', async (ctx) => {
    ctx.skip(!isInstalled(shell), `${shell} is not installed`);
    ctx.skip(noTerminal !== undefined, noTerminal);
    const { start, first } = SHELLS[shell];
    const { folder, env } = setUpShell();
    const child = spawn(SCRIPT, ['-qec', start, '/dev/null'], { cwd: folder, env });
    const typed = LINES.map(([line]) => `lockstep ${line}\t\n`);
    child.stdin.write([`${first}\n`, ...typed, 'exit\n'].join(''));
    const shown = await text(child.stdout);
    const called = [...shown.matchAll(/^called with: (.*?) *\r?$/gm)].map(([, words]) => words);
    expect(called, shown).toEqual(LINES.map(([, becomes]) => becomes));
  });
});

test('in fish, the completions of a line are those', async (ctx) => {
  ctx.skip(!isInstalled('fish'), 'fish is not installed');
  const { folder, env } = setUpShell();
  const asked = LINES.map(([line]) => `complete -C 'lockstep ${line}'; echo .`);
  const program = ['lockstep completion fish | source', ...asked].join('\n');
  const run = promisify(execFile)('fish', ['--no-config', '-c', program], { cwd: folder, env });
  const { stdout, stderr } = await run;
  const words = LINES.map(([, becomes]) => becomes.split(' ').at(-1));
  expect([stderr, stdout]).toEqual(['', words.map((word) => `${word}\n.\n`).join('')]);
});

function isInstalled(shell: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, shell)));
}

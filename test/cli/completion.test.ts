/** What a shell is told when somebody presses TAB. */
import { execFile } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import { CLI, runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NOWHERE = { env: { LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:1' } };

async function words(line: readonly string[], options = NOWHERE): Promise<readonly string[]> {
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

test('nodes are asked of the daemon, and none are told where none answers', async () => {
  const peer = await startPeer();
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  expect(await words(['breaker', 'open', ''], { env })).toEqual(['node01', 'node02']);
  expect(await words(['list', '--node', 'node02'], { env })).toEqual(['node02']);
  expect(await words(['breaker', 'open', ''])).toEqual([]);
});

test('the script for bash works in bash', async () => {
  const folder = tempFolder();
  const lockstep = join(folder, 'lockstep');
  writeFileSync(`${lockstep}.sh`, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(`${lockstep}.sh`, 0o755);
  symlinkSync(`${lockstep}.sh`, lockstep);
  const program = `
    source <(${lockstep} completion bash)
    COMP_WORDS=(${lockstep} create-one 5 --wa) COMP_CWORD=3
    _lockstep; printf '%s,' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', program], { env: NOWHERE.env });
  expect(stdout).toBe('--wait,');
});

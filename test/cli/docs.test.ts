/** What the pages say of the command line. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

const ROOT = new URL('../../', import.meta.url);

function page(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

test('docs/command-line.md names every subcommand and every option that chooses commands', async () => {
  const text = page('docs/command-line.md');
  const { stdout } = await runCli(['--help']);
  const names = [...stdout.matchAll(/^ {2}lockstep ([a-z-]+) .*$/gm)].map(([, name = '']) => name);
  expect(names).toContain('backup');
  const missing = [...new Set(names)].filter((name) => !new RegExp(`\`${name}[ \`]`).test(text));
  expect(missing).toEqual([]);
  const list = await runCli(['list', '--help']);
  const options = /Filter:\n(.*?)\n\n/s.exec(list.stdout)?.[1] ?? '';
  const filters = [...options.matchAll(/--([a-z-]+) /g)].map(([flag]) => flag.trim());
  expect(filters).toContain('--older-than');
  const paging = ['--limit', '--cursor'];
  expect(filters.filter((flag) => !paging.includes(flag) && !text.includes(flag))).toEqual([]);
});

test('the pages call the programs by their names alone; one place says where they lie', () => {
  const folders = ['docs/', 'docs/operate/'];
  const pages = folders.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT)).flatMap((name) =>
      name.endsWith('.md') ? [`${folder}${name}`] : [],
    ),
  );
  const found = ['README.md', ...pages].flatMap((path) =>
    page(path)
      .split('\n')
      // In the container there is no path that names the folder.
      .filter((line) => /bin\/(lockstepd?|nodesim)\b/.test(line) && !line.includes('docker'))
      .map((line) => `${path}: ${line}`),
  );
  expect(found).toEqual([]);
  expect(page('README.md').match(/export PATH="\$PWD\/bin:\$PATH"/g)).toHaveLength(1);
});

test('docs/operate/troubleshoot.md lists every check of the doctor', async () => {
  const { stdout } = await runCli(['doctor', '--json', '--timeout', '500ms'], {
    env: {
      LOCKSTEP_NODES: 'node01=http://127.0.0.1:9/v1',
      LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:9',
      LOCKSTEP_EVENTS_ENDPOINT: 'tcp://127.0.0.1:10',
      LOCKSTEP_DATA_DIR: '/nonexistent',
    },
  });
  const { findings } = JSON.parse(stdout) as { findings: readonly { check: string }[] };
  const checks = new Set(findings.map(({ check }) => check.replace('node01', 'NAME')));
  const [, table = ''] =
    /\| check \| subject \|\n(.*?)\n\n/s.exec(page('docs/operate/troubleshoot.md')) ?? [];
  expect(checks).toContain('statsd');
  expect([...checks].filter((check) => !table.includes(`\`${check}\``))).toEqual([]);
});

/** The ping of healthchecks.io keeps its URL, which is its key, out of the list of processes. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const PING = join(import.meta.dirname, '../../supervisor/healthcheck-ping');
const URL_OF_PING = 'https://hc.example.com/verysecret?rid=1';

/** Beside a `healthy` that says so, and a curl that notes its arguments and its standard input. */
function run(value: string) {
  const folder = tempFolder();
  const script = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  copyFileSync(PING, join(folder, 'healthcheck-ping'));
  chmodSync(join(folder, 'healthcheck-ping'), 0o755);
  script('healthy', 'exit 0');
  script('curl', `printf '%s\\n' "$@" >${folder}/arguments; cat >${folder}/input; exit 7`);
  writeFileSync(join(folder, 'secret'), `${URL_OF_PING}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'open'), URL_OF_PING);
  chmodSync(join(folder, 'open'), 0o644);
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    HC_PING_URL: value.replace('FOLDER', folder),
  };
  const { status, stderr } = spawnSync(join(folder, 'healthcheck-ping'), { env, encoding: 'utf8' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { status, stderr, read };
}

test.each([URL_OF_PING, '${file:FOLDER/secret}'])(
  'M3: %s reaches curl by its standard input',
  (value) => {
    const { status, stderr, read } = run(value);
    expect([status, stderr]).toEqual([7, '']);
    expect(read('input')).toBe(`url = "${URL_OF_PING}"\n`);
    expect(read('arguments')).not.toContain('verysecret');
  },
);

test.each([
  [
    '${file:FOLDER/open}',
    /names the file .*open, which all users of this machine can read or write/,
  ],
  ['${file:FOLDER/none}', /names the file .*none, which can't be read/],
  ['https://h/" -o /etc/passwd', /holds a quote, a backslash, a space or a line break/],
  ['ftp://h/', /is not a URL of http or https/],
])('P10: %s is refused (78), and curl is not called', (value, why) => {
  const { status, stderr, read } = run(value);
  expect(status).toBe(78);
  expect(stderr).toMatch(why);
  expect(stderr).not.toContain('verysecret');
  expect(() => read('arguments')).toThrow('ENOENT');
});

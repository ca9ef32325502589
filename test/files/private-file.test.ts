/** Run files of the daemon: closed to other users, and never written through a link. */
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeOpsUrl } from '../../src/door/address.ts';
import { writePrivateFile } from '../../src/files/private-file.ts';
import { RunRecord } from '../../src/observe/run-record.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('M6: a file is 0600, also if it was wider before', () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, 'a longer text before', { mode: 0o666 });
  writePrivateFile(file, 'text');
  expect(readFileSync(file, 'utf8')).toBe('text');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

/** Each with the name of its file, and the errors that it does not throw. */
const WRITERS: Readonly<
  Record<string, (folder: string, onTrouble: (error: unknown) => void) => void>
> = {
  'ops-url': (folder) => writeOpsUrl(folder, { host: '127.0.0.1', port: 5573, isSecure: false }),
  'running.json': (folder, onTrouble) => {
    new RunRecord(join(folder, 'running.json'), onTrouble).begin();
  },
};

test.each(Object.entries(WRITERS))(
  'L3: a link in the place of %s is not followed',
  (name, write) => {
    const folder = join(tempFolder(), 'data');
    mkdirSync(folder);
    const outside = join(folder, '../outside');
    writeFileSync(outside, 'a file outside');
    symlinkSync(outside, join(folder, name));
    const troubles: unknown[] = [];
    try {
      write(folder, (error) => troubles.push(error));
    } catch (error) {
      troubles.push(error);
    }
    expect(troubles).toMatchObject([{ code: 'ELOOP' }]);
    expect(readFileSync(outside, 'utf8')).toBe('a file outside');
  },
);

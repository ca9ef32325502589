/** The folder of data and logs that `npm start` makes, with the real pm2 and small programs in place of the apps. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { supervisedProject } from './supervised-project.ts';

it('M6: makes data folder and logs for its own user alone, whatever the umask', async () => {
  const project = await supervisedProject();
  const umask = process.umask(0);
  try {
    expect(project.start().code).toBe(0);
  } finally {
    process.umask(umask);
  }
  const modeOf = (path: string) => (statSync(join(project.root, path)).mode & 0o777).toString(8);
  expect(modeOf('data')).toBe('700');
  expect(modeOf('data/logs')).toBe('700');
  expect(modeOf('data/logs/lockstepd.log')).toBe('600');
});

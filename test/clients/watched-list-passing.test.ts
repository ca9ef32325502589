/** A list that the system does not let the daemon read for a moment, while its file is the same. */
import * as fs from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WatchedList } from '../../src/clients/watched-list.ts';
import { knownClient, listPath, writeList } from './support.ts';

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof fs>();
  return { ...original, openSync: vi.fn(original.openSync) };
});

test('P10: it is read as soon as it can be; the fault is logged and counted once', async () => {
  const path = listPath();
  writeList(path, knownClient('deploy', 'commands').client);
  const error = vi.fn();
  const log = {
    error,
    warn: vi.fn(),
    info: vi.fn(),
    debug: vi.fn(),
    wants: () => true,
    setLevel: vi.fn(),
  };
  const list = new WatchedList({ path, log });
  onTestFinished(() => list.stop());
  const names = () => list.present?.clients.map(({ name }) => name);
  writeList(path, knownClient('ann', 'operate').client);
  const full = (): never => {
    throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  };
  vi.mocked(fs.openSync).mockImplementationOnce(full).mockImplementationOnce(full);
  list.look();
  list.look();
  expect([names(), list.faults, error.mock.calls.length]).toEqual([['deploy'], 1, 1]);
  list.look();
  expect(names()).toEqual(['ann']);
  expect(list.fault).toBeUndefined();
});

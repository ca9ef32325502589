import { chmodSync, rmSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WatchedList } from '../../src/clients/watched-list.ts';
import { knownClient, listPath, writeList, writeText } from './support.ts';

const deploy = knownClient('deploy', 'commands');
const ann = knownClient('ann', 'operate');

function watched(path: string) {
  const log = {
    error: vi.fn(),
    warn: vi.fn(),
    info: vi.fn(),
    debug: vi.fn(),
    wants: () => true,
    setLevel: vi.fn(),
  };
  const list = new WatchedList({ path, log });
  const changes = vi.fn();
  list.onChange(changes);
  onTestFinished(() => list.stop());
  const names = () => list.present?.clients.map(({ name }) => name);
  return { list, log, changes, names };
}

describe('the file is read again when it changes', () => {
  test('a list appears, changes, and its listeners hear of it', () => {
    const path = listPath();
    const { list, changes, names } = watched(path);
    expect(list.present).toBeUndefined();
    list.look();
    expect(changes).not.toHaveBeenCalled();
    writeList(path, deploy.client);
    list.look();
    expect(names()).toEqual(['deploy']);
    writeList(path, deploy.client, ann.client);
    list.look();
    list.look();
    expect(names()).toEqual(['deploy', 'ann']);
    expect(changes).toHaveBeenCalledTimes(2);
  });

  test('at every request, once there is a list: a removed client is refused at its next one', () => {
    const path = listPath();
    writeList(path, deploy.client, ann.client);
    const { list, log } = watched(path);
    expect(list.current()?.byToken(deploy.token)?.name).toBe('deploy');
    writeList(path, ann.client);
    expect(list.current()?.byToken(deploy.token)).toBeUndefined();
    expect(list.current()?.byToken(ann.token)?.name).toBe('ann');
    expect(log.info).toHaveBeenCalledTimes(2);
  });

  test('without being asked, until it is stopped', async () => {
    const path = listPath();
    writeList(path, deploy.client);
    const { list, names } = watched(path);
    list.watch();
    writeList(path, ann.client);
    await expect.poll(names, { timeout: 5000 }).toEqual(['ann']);
    writeList(path);
    await expect.poll(names, { timeout: 5000 }).toEqual([]);
  });
});

describe('it fails closed (P10)', () => {
  test('a file that cannot be used leaves the last list in force, is logged once and counted', async () => {
    const path = listPath();
    writeList(path, deploy.client);
    const { list, log, changes, names } = watched(path);
    writeText(path, '{"clients":[{}]}');
    list.look();
    list.look();
    expect(names()).toEqual(['deploy']);
    expect(list.fault).toEqual({ message: `${path}: clients.0.name is missing` });
    expect(list.faults).toBe(1);
    expect(changes).not.toHaveBeenCalled();
    expect(log.error.mock.calls).toEqual([
      [
        'the list of clients cannot be used',
        { reason: `${path}: clients.0.name is missing`, effect: 'the last list stays in force' },
      ],
    ]);
    writeList(path, ann.client);
    list.look();
    expect(names()).toEqual(['ann']);
    expect(list.fault).toBeUndefined();
  });

  test('a first file that cannot be used lets nobody in', async () => {
    const path = listPath();
    const { list, log, changes, names } = watched(path);
    writeText(path, '{', 0o600);
    list.look();
    expect(names()).toEqual([]);
    expect(changes).toHaveBeenCalledTimes(1);
    writeText(path, '[]');
    list.look();
    expect(log.error.mock.lastCall?.[1]).toMatchObject({ effect: 'every request is refused' });
    writeList(path, ann.client);
    list.look();
    expect(names()).toEqual(['ann']);
  });

  test('a file that disappears does not open the daemon', async () => {
    const path = listPath();
    writeList(path, deploy.client);
    const { list, names } = watched(path);
    rmSync(path);
    list.look();
    expect(names()).toEqual(['deploy']);
    expect(list.fault?.message).toBe(`${path} is gone`);
    expect(watched(path).list.present).toBeUndefined();
  });

  test('a file that others may read from now on is not used again', async () => {
    const path = listPath();
    writeList(path, deploy.client);
    const { list } = watched(path);
    chmodSync(path, 0o644);
    list.look();
    expect(list.fault?.message).toContain('mode 0644');
    expect(list.present?.byToken(deploy.token)?.name).toBe('deploy');
  });
});

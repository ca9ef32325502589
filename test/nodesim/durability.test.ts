import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startNode, startNodesim } from '../support/nodesim.ts';
import { groupCalls } from './raw-call.ts';

describe('durability', () => {
  it('everything that was answered is still there after kill -9, and nothing comes back', async () => {
    await using sim = await startNodesim();
    const present = new Set<string>();
    const removed = new Set<string>();
    const base = sim.urls['node01'] ?? '';
    let going = true;
    const client = async (name: string): Promise<void> => {
      for (let n = 0; going; n++) {
        const groupId = `${name}-${n}`;
        const body = JSON.stringify({ groupId });
        const post = await fetch(`${base}/group`, { method: 'POST', body }).catch(() => undefined);
        if (post?.status !== 201) continue;
        present.add(groupId);
        if (n % 3 !== 0) continue;
        // In doubt until it is answered.
        present.delete(groupId);
        const gone = await fetch(`${base}/group`, { method: 'DELETE', body }).catch(
          () => undefined,
        );
        if (gone?.status === 200) removed.add(groupId);
      }
    };
    const clients = Array.from({ length: 16 }, (_, n) => client(`c${n}`));
    await expect.poll(() => removed.size, { timeout: 20_000 }).toBeGreaterThan(300);
    await sim.kill9();
    going = false;
    await Promise.all(clients);
    await sim.restart();
    const held = new Set(await sim.list('node01'));
    expect(present.size).toBeGreaterThan(300);
    expect([...present].filter((key) => !held.has(key))).toEqual([]);
    expect([...removed].filter((key) => held.has(key))).toEqual([]);
  });

  it('a record keeps its timestamp over a restart', async () => {
    await using sim = await startNode('n');
    const group = groupCalls(sim.urls['n'] ?? '');
    await group.create('5', { timestamp: '1633786070.879454' });
    await group.create('6');
    await group.create('7', { timestamp: 'nan' });
    await sim.kill9();
    await sim.restart();
    expect((await group.remove('5', { timestamp: '1633786070.879455' })).status).toBe(404);
    expect((await group.remove('5', { timestamp: '1633786070.879454' })).status).toBe(200);
    expect(await sim.list('n')).toEqual(['6', '7']);
    await group.create('5');
    expect(await sim.list('n')).toEqual(['5', '6', '7']);
  });

  it('the shared port answers only what is committed as well', async () => {
    await using sim = await startNodesim();
    const group = groupCalls(`${sim.sharedUrl}/v1`, { node: 'node03' });
    const keys = Array.from({ length: 50 }, (_, n) => String(n));
    await Promise.all(keys.map((key) => group.create(key)));
    await sim.kill9();
    await sim.restart();
    expect(await sim.list('node03')).toEqual(keys.toSorted());
  });

  it('a reset is durable', async () => {
    await using sim = await startNode('n');
    await groupCalls(sim.urls['n'] ?? '').create('5');
    await sim.reset();
    await sim.kill9();
    await sim.restart();
    expect(await sim.list('n')).toEqual([]);
  });

  it('M6, L3: the files are for its user alone, and a link in their place is not followed', async () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'nodesim-')), 'data');
    onTestFinished(() => rmSync(dirname(dataDir), { recursive: true }));
    const before = process.umask(0);
    const sim = await startNodesim({ dataDir }).finally(() => process.umask(before));
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(dataDir)).toBe('700');
    const files = readdirSync(dataDir).map((name) => join(dataDir, name));
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((file) => modeOf(file) !== '600')).toEqual([]);
    await sim.stop();
    const [file = ''] = files.filter((each) => each.endsWith('.db'));
    const outside = join(dirname(dataDir), 'outside');
    writeFileSync(outside, '');
    rmSync(file);
    symlinkSync(outside, file);
    await expect(startNodesim({ dataDir })).rejects.toThrow(
      /is a link, which is not followed|ended/,
    );
    expect(statSync(outside).size).toBe(0);
  });

  it('the files are in WAL mode, and a second process on them is refused with 1', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'nodesim-held-'));
    try {
      await using sim = await startNode('n', { dataDir });
      await expect(startNode('n', { dataDir })).rejects.toThrow(
        /ended with 1[\s\S]*n\.db: another process holds it; set another place by NODESIM_DATA_DIR/,
      );
      await sim.stop();
      const database = new Database(join(dataDir, 'n.db'), { readonly: true });
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      database.close();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

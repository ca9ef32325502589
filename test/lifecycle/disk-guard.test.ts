/** Against real file systems: a small one that is filled, and a missing one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Failure } from '../../src/lifecycle/control.ts';
import { DiskGuard } from '../../src/lifecycle/guards/disk.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { smallDisk } from '../support/small-disk.ts';

const MIB = 1024 * 1024;

function guard(folder: string, freeMinBytes: number) {
  const { log, messages: lines } = notedLog();
  const changes: (Failure | null)[] = [];
  const onChange = (refusal: Failure | null) => void changes.push(refusal);
  return { disk: new DiskGuard({ folder, freeMinBytes, log, onChange }), lines, changes };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'lockstep-disk-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('the disk guard', () => {
  test('refuses below the limit, recovers by itself above it, and says each once', async (ctx) => {
    const path = smallDisk(ctx, 16);
    const { disk, lines, changes } = guard(path, 8 * MIB);
    await disk.look();
    expect(changes).toEqual([]);
    writeFileSync(join(path, 'filling'), Buffer.alloc(10 * MIB));
    await disk.look();
    await disk.look();
    expect(disk.status).toMatchObject({ isFull: true });
    rmSync(join(path, 'filling'));
    await disk.look();
    await disk.look();
    expect(disk.status).toMatchObject({ isFull: false });
    expect(changes).toEqual([
      {
        message: "the journal's disk is nearly full: 6 MiB free, 8 MiB are kept",
        hint: expect.stringContaining('Make room'),
      },
      null,
    ]);
    expect(lines).toEqual([
      'the disk is nearly full: new commands are refused',
      'the disk has free space again: new commands are accepted',
    ]);
  });

  test('does not flap at the limit', async (ctx) => {
    const path = smallDisk(ctx, 16);
    const { disk, changes } = guard(path, 8 * MIB);
    const fill = async (mib: number) => {
      writeFileSync(join(path, 'filling'), Buffer.alloc(mib * MIB));
      await disk.look();
    };
    for (const mib of [9, 7.9, 9, 7.9, 9]) await fill(mib);
    expect(changes).toHaveLength(1);
    await fill(6);
    expect(changes).toHaveLength(2);
  });

  test('0 never refuses', async () => {
    const { disk, changes } = guard(folder(), 0);
    await disk.look();
    expect(disk.status).toMatchObject({ isFull: false });
    expect(changes).toEqual([]);
  });

  test('P10: a folder it cannot look at is a line in the log, once, and no refusal', async () => {
    const path = join(folder(), 'later');
    const { disk, lines, changes } = guard(path, 1);
    await disk.look();
    await disk.look();
    expect(lines).toEqual(['the free disk space cannot be read']);
    expect(changes).toEqual([]);
    expect(disk.status.freeBytes).toBeUndefined();
    mkdirSync(path);
    await disk.look();
    expect(disk.status.freeBytes).toBeGreaterThan(0);
  });
});

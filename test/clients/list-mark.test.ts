/** The mark that a list of clients was used in a data folder. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { markWhenUsed, wasListUsed } from '../../src/clients/list-mark.ts';
import { WatchedList } from '../../src/clients/watched-list.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { knownClient, listPath, writeList } from './support.ts';

function setUp(dataDir = tempFolder()) {
  const path = listPath();
  const list = new WatchedList({ path });
  const { log, messages } = notedLog();
  const steps: string[] = [];
  const isMarked = () => readdirSync(dataDir).includes('clients-used');
  const within = () => {
    steps.push(isMarked() ? 'enters with the mark' : 'enters');
    return () => void steps.push(isMarked() ? 'leaves with the mark' : 'leaves');
  };
  markWhenUsed(list, { dataDir, clients: path, log, within });
  return { path, list, messages, steps, dataDir };
}

test('P8: it is made when a list appears, and the time of the disk is told', () => {
  const { path, list, steps, dataDir } = setUp();
  expect(steps).toEqual([]);
  writeList(path, knownClient('ann', 'operate').client);
  list.look();
  expect(steps).toEqual(['enters', 'leaves with the mark']);
  expect(wasListUsed(dataDir)).toBe(true);
});

test('P10: a mark that cannot be made is logged, and the time of the disk ends', () => {
  const { path, list, steps, messages, dataDir } = setUp();
  mkdirSync(join(dataDir, `clients-used.${process.pid}.part`));
  writeList(path, knownClient('ann', 'operate').client);
  list.look();
  expect(messages).toEqual(['that the list of clients is in use could not be saved']);
  expect(steps).toEqual(['enters', 'leaves']);
});

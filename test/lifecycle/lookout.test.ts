/** What a thread sees of the others, in shared memory that the test writes. */
import { expect, test } from 'vitest';
import { Beat, Beats } from '../../src/lifecycle/beats.ts';
import { Lookout } from '../../src/lifecycle/lookout.ts';

const LOOK_MS = 400;

function watched() {
  const beats = new Beats();
  const { names, ...roster } = beats.reserve(['main', 'executor-1']);
  const main = new Beat(beats.claim('main'));
  let now = 0;
  const lookout = new Lookout({ ...roster, names }, () => now);
  const look = (elapsedMs = LOOK_MS) => {
    now += elapsedMs;
    lookout.look();
  };
  return { beats, main, lookout, look };
}

test('P8: a thread is seen from its start, with its silence, activity and load', () => {
  const { beats, main, lookout, look } = watched();
  expect(lookout.threads).toEqual([]);
  look();
  beats.notePresence('main', 'expected');
  beats.noteLoad('main', 0.25);
  main.enter('journal');
  look();
  look();
  expect(lookout.threads).toEqual([
    { name: 'main', alive: true, activity: 'journal', silentMs: 2 * LOOK_MS, utilization: 0.25 },
  ]);
});

test('P8: a thread that beats is not silent; one that is lost stays in sight', () => {
  const { beats, main, lookout, look } = watched();
  beats.notePresence('main', 'expected');
  beats.notePresence('executor-1', 'expected');
  look();
  main.start();
  look();
  beats.notePresence('executor-1', 'lost');
  expect(lookout.threads).toMatchObject([
    { name: 'main', alive: true, silentMs: 0 },
    { name: 'executor-1', alive: false, silentMs: 2 * LOOK_MS },
  ]);
  beats.notePresence('main', 'away');
  expect(lookout.threads.map(({ name }) => name)).toEqual(['executor-1']);
});

test('P8: time in which nobody looked, as of a stopped process, is no silence', () => {
  const { beats, lookout, look } = watched();
  beats.notePresence('main', 'expected');
  look(60_000);
  expect(lookout.threads).toMatchObject([{ name: 'main', silentMs: LOOK_MS }]);
});

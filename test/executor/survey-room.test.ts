/** Room for records that surveys have found (P9). */
import { expect, test } from 'vitest';
import { SurveyRoom } from '../../src/executor/surveys/survey-room.ts';

function roomOf(bytesMax: number) {
  const told: string[] = [];
  const room = new SurveyRoom<string>({ bytesMax, act: (run) => void told.push(run) });
  return { room, told };
}

test('P9: a record that does not fit is not kept; the first survey alone may exceed the bound', () => {
  const { room } = roomOf(100);
  expect([room.mayRead('a'), room.mayRead('b')]).toEqual([true, true]);
  expect([room.take('a', 150), room.take('b', 1), room.take('a', 150)]).toEqual([
    true,
    false,
    true,
  ]);
  expect([room.has('a'), room.has('b')]).toEqual([true, false]);
});

test('P6: no two surveys wait for each other: the one that holds a record for longest goes on', () => {
  const { room, told } = roomOf(100);
  expect([room.mayRead('a'), room.mayRead('b')]).toEqual([true, true]);
  expect([room.take('a', 50), room.take('b', 50)]).toEqual([true, true]);
  expect([room.take('b', 50), room.take('a', 50)]).toEqual([false, true]);
  // It holds a record, and reads again.
  expect(room.mayRead('b')).toBe(true);
  room.leave('a');
  expect(room.take('b', 50)).toBe(true);
  expect(told).toEqual([]);
});

test('as many surveys read at once as have room, by the size of the latest ones', () => {
  const { room, told } = roomOf(100);
  room.mayRead('a');
  room.take('a', 40);
  room.leave('a');
  expect(['b', 'c', 'd', 'e'].map((run) => room.mayRead(run))).toEqual([true, true, false, false]);
  room.leave('b');
  expect(told).toEqual(['d']);
  for (let count = 0; count < 10; count++) {
    room.take('c', 1);
    room.leave('c');
    room.mayRead('c');
  }
  expect(told).toEqual(['d', 'e']);
  expect(['f', 'g'].map((run) => room.mayRead(run))).toEqual([true, true]);
});

test('P9: a survey that ends while it waits gives way to the next', () => {
  const { room, told } = roomOf(10);
  room.mayRead('a');
  room.take('a', 10);
  room.leave('a');
  expect(['a', 'b', 'c'].map((run) => room.mayRead(run))).toEqual([true, false, false]);
  room.leave('b');
  room.leave('a');
  expect(told).toEqual(['c']);
});

test('a survey whose record had no room waits for its turn', () => {
  const { room, told } = roomOf(10);
  expect([room.mayRead('a'), room.mayRead('b')]).toEqual([true, true]);
  expect([room.take('a', 10), room.take('b', 10), room.mayRead('b')]).toEqual([true, false, false]);
  room.leave('a');
  expect(told).toEqual(['b']);
});

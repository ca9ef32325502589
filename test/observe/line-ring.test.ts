/** The last lines of the log, of all threads. */
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import {
  LINE_BYTES_MAX,
  LINES_MAX,
  LineRing,
  newLineRing,
} from '../../src/observe/log/line-ring.ts';
import { linesReader } from '../../src/observe/log/read-lines.ts';

function textsOf(ring: LineRing): readonly string[] {
  return [...ring.newest()].map(({ text }) => text).reverse();
}

/** Lines as the log stores them. */
function fill(ring: LineRing, count: number, of: (index: number) => object = () => ({})): void {
  for (let index = 0; index < count; index++) {
    const line = { time: '', level: 'info', thread: 'main', message: `m${index}`, fields: {} };
    ring.write(JSON.stringify({ ...line, ...of(index) }));
  }
}

describe('the ring', () => {
  test.each([0, 1, 239, 240, 241, 5000, LINE_BYTES_MAX])('keeps a line of %i bytes', (bytes) => {
    const ring = new LineRing(newLineRing());
    const lines = ['before', 'x'.repeat(bytes), 'behind'];
    for (const line of lines) ring.write(line);
    expect(textsOf(ring)).toEqual(lines);
    expect([...ring.from(0)].map(({ text }) => text)).toEqual(lines);
  });

  test('keeps characters of several bytes that lie on the border of two cells', () => {
    const ring = new LineRing(newLineRing());
    const line = `${'a'.repeat(239)}é日本🎉`;
    ring.write(line);
    expect(textsOf(ring)).toEqual([line]);
  });

  test('P9: takes no line that is too long, and no more memory however many lines come', () => {
    const memory = newLineRing();
    const ring = new LineRing(memory);
    ring.write('x'.repeat(LINE_BYTES_MAX + 1));
    expect(textsOf(ring)).toEqual([]);
    for (let index = 0; index < 40_000; index++) ring.write(`line ${index}`);
    const kept = textsOf(ring);
    expect(kept).toHaveLength(LINES_MAX);
    expect(kept.at(-1)).toBe('line 39999');
    expect(kept[0]).toBe(`line ${40_000 - LINES_MAX}`);
    expect(memory.byteLength).toBeLessThanOrEqual(8 * 1024 * 1024 + 8);
  });

  test('P9: keeps fewer lines if these are long', () => {
    const ring = new LineRing(newLineRing());
    for (let index = 0; index < 2000; index++) ring.write(`${index} ${'x'.repeat(10_000)}`);
    const kept = textsOf(ring);
    expect(kept.length).toBeGreaterThan(700);
    expect(kept.length).toBeLessThan(800);
    expect(kept.at(-1)).toMatch(/^1999 x+$/);
  });

  test('P8: has the lines of every thread, each whole, in the order in which they came', async () => {
    const memory = newLineRing();
    const source = new URL('../../src/observe/log/line-ring.ts', import.meta.url).href;
    const code = `
      import { workerData } from 'node:worker_threads';
      const { LineRing } = await import(workerData.source);
      const ring = new LineRing(workerData.memory);
      for (let i = 0; i < 1500; i++) ring.write(workerData.name + ' ' + i + ' ' + 'x'.repeat(i % 700));`;
    const entry = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const workers = ['a', 'b', 'c'].map(
      (name) => new Worker(entry, { workerData: { memory, source, name } }),
    );
    await Promise.all(workers.map((one) => new Promise((end) => one.once('exit', end))));
    const kept = textsOf(new LineRing(memory));
    expect(kept).toHaveLength(4500);
    for (const name of ['a', 'b', 'c']) {
      const own = kept.filter((line) => line.startsWith(name));
      expect(own).toEqual(own.map((_, i) => `${name} ${i} ${'x'.repeat(i % 700)}`));
    }
  });
});

describe('the reader', () => {
  test('gives the last lines, then those that come', () => {
    const memory = newLineRing();
    const [ring, read] = [new LineRing(memory), linesReader(memory)];
    fill(ring, 5);
    const first = read({ limit: 2 });
    expect(first.lines.map(({ message }) => message)).toEqual(['m3', 'm4']);
    expect(read({ limit: 10, cursor: first.next }).lines).toEqual([]);
    fill(ring, 3);
    const second = read({ limit: 2, cursor: first.next });
    expect(second.lines.map(({ message }) => message)).toEqual(['m0', 'm1']);
    expect(read({ limit: 9, cursor: second.next }).lines).toMatchObject([{ message: 'm2' }]);
    expect(second).not.toHaveProperty('missed');
  });

  test('filters by level, thread and command', () => {
    const memory = newLineRing();
    const read = linesReader(memory);
    const levels = ['error', 'warn', 'info', 'debug'];
    fill(new LineRing(memory), 8, (index) => ({
      level: levels[index % 4],
      thread: index < 4 ? 'main' : 'executor-1',
      fields: index === 5 ? { id: 'order-17' } : index === 6 ? { on: 'order-17' } : {},
    }));
    const messages = (query: object) => read({ limit: 99, ...query }).lines.map((l) => l.message);
    expect(messages({ level: 'warn' })).toEqual(['m0', 'm1', 'm4', 'm5']);
    expect(messages({ thread: 'executor-1', level: 'error' })).toEqual(['m4']);
    expect(messages({ id: 'order-17' })).toEqual(['m5', 'm6']);
    expect(messages({ id: 'order-1' })).toEqual([]);
  });

  test('tells a reader that is too slow, or of an earlier run, that it missed lines', () => {
    const memory = newLineRing();
    const [ring, read] = [new LineRing(memory), linesReader(memory)];
    fill(ring, 40_000);
    expect(read({ limit: 1, cursor: '0' })).toMatchObject({ missed: true });
    expect(read({ limit: 1, cursor: '999999' })).toMatchObject({ missed: true });
    expect(linesReader(undefined)({ limit: 1 })).toEqual({ lines: [], next: '0' });
  });

  test('P9: an answer is bounded in bytes, and the next one goes on behind it', () => {
    const memory = newLineRing();
    const [ring, read] = [new LineRing(memory), linesReader(memory)];
    fill(ring, 200, () => ({ fields: { text: 'x'.repeat(10_000) } }));
    let cursor = '0';
    const pages: number[] = [];
    do {
      const { lines, next } = read({ limit: 1000, cursor });
      pages.push(lines.length);
      cursor = next;
    } while (pages.at(-1) !== 0);
    expect(pages.length).toBeGreaterThan(3);
    expect(pages.reduce((sum, one) => sum + one, 0)).toBe(200);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isLoopback, outlivingMs, readOutlivingMs } from '../../src/config/machine/outliving.ts';

const PATH = '/proc/sys/net/ipv4/tcp_orphan_retries';

describe('how long the kernel sends for a process that was killed', () => {
  test.each([
    [1, 1600],
    [2, 2400],
    [5, 13_600],
    [8, 103_200],
    [9, 205_600],
    [10, 325_600],
    [255, 29_725_600],
  ])('P4.5: with tcp_orphan_retries %i: %i ms', (retries, ms) => {
    expect(outlivingMs(retries)).toBe(ms);
  });

  test('P4.5: 0 stands for 8', () => {
    expect(outlivingMs(0)).toBe(outlivingMs(8));
  });

  test('is what this kernel is set to', (ctx) => {
    if (!existsSync(PATH)) return ctx.skip('this is not Linux');
    expect(readOutlivingMs()).toBe(outlivingMs(Number(readFileSync(PATH, 'utf8'))));
  });
});

describe('a node on this machine', () => {
  test.each([
    'http://127.0.0.1:7401/v1',
    'http://127.9.8.7',
    'https://[::1]:1/',
    'http://LOCALHOST',
  ])('is %s', (url) => expect(isLoopback(url)).toBe(true));

  test.each([
    'http://128.0.0.1',
    'http://10.0.0.1:7401',
    'http://[::2]',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://node01.app.internal.com',
  ])('is not %s', (url) => expect(isLoopback(url)).toBe(false));
});

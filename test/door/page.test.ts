/** The files of the live page, as the daemon serves them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepGate } from '../../src/door/access/gate.ts';
import { type PageFiles, readPageFiles } from '../../src/door/page-files.ts';
import type { DoorParts } from '../../src/door/parts.ts';
import { page } from '../../src/door/routes/page.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { buildPage } from '../page/support/build-page.ts';

const COMPRESSED_BYTES_MAX = 150_000;
const server = fastify();
let files: PageFiles = new Map();

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-page-'));
  files = readPageFiles(notedLog().log, buildPage(folder));
  keepGate(server, {} as never);
  page(server, { page: files } as DoorParts);
  return () => rmSync(folder, { recursive: true });
});

describe('the page', () => {
  it.each(['/', '/nodes', '/commands?state=refused', '/command?id=5', '/acts', '/audit'])(
    '%s is the document, asked for again each time, and without a token',
    async (url) => {
      const { statusCode, headers, body } = await server.inject({ url });
      expect(statusCode).toBe(200);
      expect(headers['cache-control']).toBe('no-cache');
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(body).toContain('<title>lockstep</title>');
    },
  );

  it('is allowed to load and call its own server alone, and to run nothing inline', async () => {
    const { headers, body } = await server.inject({ url: '/' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).not.toMatch(/<style|style=|\son\w+=|<script[^>]*>[^<]/);
  });

  it('names assets by their content, which browsers may keep for good', async () => {
    const { body } = await server.inject({ url: '/' });
    const names = [...body.matchAll(/(?:href|src)="(\/assets\/[\w.-]+)"/g)].map(([, name]) => name);
    expect(names).toHaveLength(3);
    for (const url of names) {
      const { statusCode, headers } = await server.inject({ url: url ?? '' });
      expect([url, statusCode]).toEqual([url, 200]);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
  });

  it.each([
    ['br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['identity', undefined],
  ])('for a browser that reads %s is sent as %s', async (accepted, sent) => {
    const { headers } = await server.inject({ url: '/', headers: { 'accept-encoding': accepted } });
    expect(headers['content-encoding']).toBe(sent);
    expect(headers['vary']).toBe('accept-encoding');
  });

  it('is less than 150 kB, compressed by gzip, and names no other server', () => {
    const sizes = [...files.values()].map(({ gzip }) => gzip.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(COMPRESSED_BYTES_MAX);
    for (const [name, { plain }] of files) {
      const urls = plain.toString().match(/https?:\/\/[^\s"'`)]+/g) ?? [];
      const others = urls.filter((url) => !url.startsWith('http://www.w3.org/'));
      if (name !== 'licences.txt') expect([name, others]).toEqual([name, []]);
    }
  });
});

it('a daemon whose page was not built serves none, and logs it', async () => {
  const noted = notedLog();
  const without = fastify();
  keepGate(without, {} as never);
  page(without, { page: readPageFiles(noted.log, new URL('file:///nowhere/')) } as DoorParts);
  expect((await without.inject({ url: '/' })).statusCode).toBe(404);
  expect(noted.messages).toEqual(['the live page was not built']);
});

/** The audit of the page, against a server of the test. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { run, startAudit, stopAudit } from '../../src/page/views/audit-run.ts';

/** Of the server: what it does with each request. */
let answer: (response: ServerResponse) => void;
/** Times at which requests came, ms. */
let cameAt: number[] = [];

beforeEach(async () => {
  cameAt = [];
  const server = createServer((request, response) => {
    cameAt.push(performance.now());
    request.resume().once('end', () => answer(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const real = fetch;
  // A browser takes paths of its own server.
  vi.stubGlobal('fetch', (path: string, options: RequestInit) =>
    real(`http://127.0.0.1:${port}${path}`, options),
  );
  onTestFinished(() => {
    vi.unstubAllGlobals();
    server.close();
    server.closeAllConnections();
  });
});

const page = (next?: string) =>
  JSON.stringify({ checked: 1, findings: [], busy: [], ...(next === undefined ? {} : { next }) });

test('P9: rests after each page for as long as that took: the nodes have time for others', async () => {
  let pages = 0;
  answer = (response) =>
    void setTimeout(() => response.end(page(++pages < 3 ? `key ${pages}` : undefined)), 200);
  await startAudit();
  expect(run.value).toMatchObject({ kind: 'finished', checked: 3 });
  const [first = 0, second = 0, third = 0] = cameAt;
  expect(second - first).toBeGreaterThan(380);
  expect(third - second).toBeGreaterThan(380);
});

test('a stop cancels the question under way, at once, and is no failure', async () => {
  const gone = Promise.withResolvers<void>();
  answer = (response) => {
    response.once('close', () => gone.resolve());
    stopAudit();
  };
  await startAudit();
  await gone.promise;
  expect(run.value.kind).toBe('stopped');
  expect(run.value).not.toHaveProperty('fault');
});

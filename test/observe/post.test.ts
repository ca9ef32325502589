/** One POST of a notice to a service that does not end its answer. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { post } from '../../src/observe/notify/post.ts';

test('P9: of the body of an answer 4 KiB are read, and the connection is ended', async () => {
  const gone = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    response.writeHead(429, { 'content-type': 'application/json' });
    response.once('close', () => gone.resolve());
    response.write('x'.repeat(100_000));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  const begun = performance.now();
  const delivery = await post({
    url: `http://127.0.0.1:${port}`,
    json: {},
    timeoutMs: 15_000,
    waitInBody: () => 1,
  });
  expect(delivery).toEqual({ kind: 'later', reason: 'HTTP 429', afterMs: 1 });
  await gone.promise;
  expect(performance.now() - begun).toBeLessThan(10_000);
});

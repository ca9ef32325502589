/**
 * The result of undici for the bytes of one response, after which the connection is closed in
 * order.
 */
import { type AddressInfo, createServer } from 'node:net';
import { Client } from 'undici';
import { onTestFinished } from 'vitest';

export type Told = { readonly status: number; readonly body: string } | { readonly error: string };

export async function startOracle(): Promise<(bytes: string) => Promise<Told>> {
  let served = '';
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(served, 'latin1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return async (bytes) => {
    served = bytes;
    const client = new Client(`http://127.0.0.1:${port}`);
    try {
      const { statusCode, body } = await client.request({ method: 'POST', path: '/', body: '{}' });
      const read = Buffer.from(await body.arrayBuffer()).toString('utf8');
      return { status: statusCode, body: read };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    } finally {
      await client.destroy();
    }
  };
}

/**
 * A server in front of one simulated node that answers its list calls with pages of zeros, as a broken or hostile
 * node may. Everything else passes.
 */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAGE_BYTES = 15 * 1024 * 1024;
const ZEROS = Buffer.from(`{"groups":[${'0,'.repeat(PAGE_BYTES / 2)}0]}`);

export class HostileNode implements AsyncDisposable {
  readonly #server: Server;
  /** Pages of zeros so far. */
  pages = 0;
  /** Whether it lists zeros; otherwise the keys of the node. */
  isHostile = false;

  /** @param url of the node: `http://127.0.0.1:PORT/v1` */
  static async before(url: string): Promise<HostileNode> {
    const node = new HostileNode(new URL(url));
    await new Promise<void>((resolve) => node.#server.listen(0, '127.0.0.1', resolve));
    return node;
  }

  private constructor({ hostname, port }: URL) {
    this.#server = createServer((asked, answer) => {
      const { method, url: path = '/', headers } = asked;
      if (this.isHostile && method === 'GET' && /^\/v1\/group\/?(\?|$)/.test(path)) {
        this.pages++;
        answer.writeHead(200, { 'content-type': 'application/json' }).end(ZEROS);
        return;
      }
      const passed = request({ hostname, port, method, path, headers }, (from) => {
        answer.writeHead(from.statusCode ?? 500, from.headers);
        from.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      answer.on('error', () => passed.destroy());
      asked.pipe(passed);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

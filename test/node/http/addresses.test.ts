import dns from 'node:dns';
import { networkInterfaces } from 'node:os';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { certificate, trust } from '../../support/certificate.ts';
import { Asking } from '../support/asking.ts';
import { created, startRawNode } from '../support/raw-node.ts';

const V4 = { address: '127.0.0.1', family: 4 };
const V6 = { address: '::1', family: 6 };
const HAS_V6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === V6.address);
const WITHOUT = 'this machine has no IPv6';

/** The name `node.test` stands for these addresses, in this order. */
function resolveTo(...addresses: readonly (typeof V4)[]): void {
  const lookup = vi.spyOn(dns, 'lookup');
  lookup.mockImplementation(((_name: string, _options: object, done: Resolved) => {
    setImmediate(() => done(null, addresses));
  }) as unknown as typeof dns.lookup);
  onTestFinished(() => {
    expect(lookup).toHaveBeenCalled();
    lookup.mockRestore();
  });
}
type Resolved = (error: null, addresses: readonly (typeof V4)[]) => void;

function named(url: string): string {
  return url.replace(/127\.0\.0\.1|\[::1\]/, 'node.test');
}

describe('addresses of nodes', () => {
  const ORDERS = [
    { host: V4.address, addresses: [V6, V4] },
    { host: V4.address, addresses: [V4, V6] },
    { host: V6.address, addresses: [V4, V6] },
    { host: V6.address, addresses: [V6, V4] },
  ];
  test.for(ORDERS)(
    'of two, $addresses, that one counts that answers: $host',
    async (given, ctx) => {
      const { host, addresses } = given;
      if (!HAS_V6) return ctx.skip(WITHOUT);
      resolveTo(...addresses);
      const node = await startRawNode(created, { host });
      const asking = new Asking(named(node.url));
      for (let count = 0; count < 3; count++) {
        expect(await asking.answerTo()).toEqual({ kind: 'applied', detail: '201 CREATED' });
      }
      expect(node.requests).toHaveLength(3);
      expect(node.requests[0]?.head).toContain(`host: ${new URL(named(node.url)).host}\r\n`);
    },
  );

  test('with TLS, too, and its certificate is that of the name', async (ctx) => {
    const pair = certificate('DNS:node.test');
    if (pair === undefined) return ctx.skip('openssl is not installed');
    trust(pair);
    resolveTo(V6, V4);
    const node = await startRawNode(created, { tls: pair });
    const asking = new Asking(named(node.url));
    for (let count = 0; count < 3; count++) {
      expect(await asking.answerTo()).toEqual({ kind: 'applied', detail: '201 CREATED' });
    }
  });

  test('P4.2: unsent where none of them answers', async () => {
    resolveTo(V6, V4);
    const detail = expect.stringMatching(/ECONNREFUSED|EADDRNOTAVAIL/);
    expect(await new Asking('http://node.test:1').answerTo()).toEqual({
      kind: 'unsent',
      detail: detail,
    });
  });

  test('an address of IPv6 may stand in the URL', async (ctx) => {
    if (!HAS_V6) return ctx.skip(WITHOUT);
    const node = await startRawNode(created, { host: V6.address });
    expect(node.url).toMatch(/^http:\/\/\[::1\]:\d+\/v1$/);
    expect(await new Asking(node.url).answerTo()).toEqual({
      kind: 'applied',
      detail: '201 CREATED',
    });
    expect(node.requests[0]?.head).toContain(`host: ${new URL(node.url).host}\r\n`);
  });

  test('and one with TLS, whose certificate is that of the address', async (ctx) => {
    if (!HAS_V6) return ctx.skip(WITHOUT);
    const pair = certificate('IP:::1');
    if (pair === undefined) return ctx.skip('openssl is not installed');
    trust(pair);
    const node = await startRawNode(created, { host: V6.address, tls: pair });
    expect(await new Asking(node.url).answerTo()).toEqual({
      kind: 'applied',
      detail: '201 CREATED',
    });
  });
});

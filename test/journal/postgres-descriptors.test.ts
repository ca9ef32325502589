/** The database is reached while peers have taken every file descriptor of the daemon. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type LookupFunction } from 'node:net';
import { expect, test, vi } from 'vitest';
import { OutcomeUnknown } from '../../src/journal/postgres/failure.ts';
import { Link } from '../../src/journal/postgres/link.ts';
import { Sockets } from '../../src/journal/postgres/sockets.ts';
import { ROLE } from '../support/postgres.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { withoutDescriptors } from './support/child.ts';
import { postgres } from './support/postgres-driver.ts';

const driver = postgres();
const TIMEOUT_MS = 20_000;

test.for(['127.0.0.1', 'localhost'])(
  'P8: connections to a database at %s that end are made again while no descriptor is free',
  { timeout: TIMEOUT_MS },
  async (host, ctx) => {
    if (driver.missing !== undefined) return ctx.skip(driver.missing);
    await driver.create();
    const child = withoutDescriptors(driver.url.replace('127.0.0.1', host), tempFolder());
    await child.line('full');
    const ended = await driver.server.admin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${ROLE}'`,
    );
    expect(ended).toHaveLength(2);
    expect(await child.line('change')).toBe('change committed');
    await child.line('next change');
  },
);

test('P8: a name that cannot be looked up for want of a descriptor has the addresses that it had', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await using _ = server;
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = vi.fn<LookupFunction>((_host, _options, done) =>
    done(null, [{ address: '127.0.0.1', family: 4 }]),
  );
  using sockets = new Sockets(ask);
  const connect = () => once(sockets.create().connect(port, 'db.invalid'), 'connect');
  await connect();
  failNext('EMFILE');
  await connect();
  failNext('ENOTFOUND');
  await expect(connect()).rejects.toThrow('ENOTFOUND');

  function failNext(code: string): void {
    const error = Object.assign(new Error(`getaddrinfo ${code}`), { code });
    ask.mockImplementationOnce((_host, _options, done) => done(error, []));
  }
});

test('P8: a certificate of the URL that cannot be read now is tried again, as a lost connection is', async () => {
  const url = `postgres://db.invalid/journal?sslmode=verify-full&sslrootcert=${tempFolder()}/none`;
  await expect(new Link({ url, name: 'test' }).query('SELECT 1')).rejects.toThrow(OutcomeUnknown);
});

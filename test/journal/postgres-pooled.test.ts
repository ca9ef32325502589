/** PostgreSQL behind pgbouncer in transaction mode: no statement may lean on the one before it. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import { type Pgbouncer, pgbouncerMissing, startPgbouncer } from '../support/pgbouncer.ts';
import { accepting } from './conformance/accepting.ts';
import { acts } from './conformance/acts.ts';
import { atomicity } from './conformance/atomicity.ts';
import { standingWords } from './conformance/kept.ts';
import { pruning } from './conformance/pruning.ts';
import { records } from './conformance/records.ts';
import { type Driver, scratch } from './support/driver.ts';
import { postgres } from './support/postgres-driver.ts';

const direct = postgres();
const missing = direct.missing ?? pgbouncerMissing();
let bouncer: Pgbouncer | undefined;
beforeAll(async () => {
  if (missing === undefined) bouncer = await startPgbouncer(direct.server.port);
}, 60_000);
afterAll(async () => bouncer?.[Symbol.asyncDispose]());

const pooled: Driver = {
  name: 'postgres behind pgbouncer',
  ...(missing === undefined ? {} : { missing }),
  async create() {
    await direct.create();
    const url = direct.url.replace(`:${direct.server.port}/`, `:${bouncer?.port}/`);
    const folder = scratch();
    return {
      open: () => openPostgres(url, { folder, member: 'test' }),
      dispose: () => rmSync(folder, { recursive: true }),
    };
  },
};

describe('behind pgbouncer', () => {
  describe('accepting', () => accepting(pooled));
  describe('all of a batch or none', () => atomicity(pooled));
  describe('pruning', () => pruning(pooled));
  describe('records', () => records(pooled));
  describe('standing words', () => standingWords(pooled));
  describe('acts of operators', () => acts(pooled));
});

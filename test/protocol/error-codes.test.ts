/** A code of the table that nothing sends is a promise to clients that is not kept. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/protocol/errors.ts';

const SOURCE = resolve(import.meta.dirname, '../../src');
const SENT = globSync('**/*.ts', { cwd: SOURCE }).flatMap((file) =>
  [...readFileSync(join(SOURCE, file), 'utf8').matchAll(/\berrorReply\(\s*'(\w+)'/g)].map(
    ([, code]) => code,
  ),
);

test.each(Object.keys(ERROR_CODES))('P10: the daemon sends the error code %s', (code) => {
  expect(SENT).toContain(code);
});

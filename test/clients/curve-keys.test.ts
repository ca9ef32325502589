/** Keys for CURVE as text, in the file of the daemon, and in the key files of clients. */
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { decodeZ85, encodeZ85 } from '../../src/base/z85.ts';
import { readClientKey } from '../../src/clients/client-key.ts';
import { isCurveKey, newCurvePair, publicKeyOf } from '../../src/clients/curve-pair.ts';
import { readServerKey, serverKeyText } from '../../src/clients/server-key.ts';
import { replaceSecretFile } from '../../src/files/secret-file.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { writeText } from './support.ts';

describe('Z85', () => {
  test('is that of its specification', () => {
    const bytes = Buffer.from('864fd26fb559f75b', 'hex');
    expect(encodeZ85(bytes)).toBe('HelloWorld');
    expect(Buffer.from(decodeZ85('HelloWorld') ?? [])).toEqual(bytes);
  });

  test.each(['Hell', 'Hell ', 'Hellö', '%nSc1', '#####'])('%j is none', (text) => {
    expect(decodeZ85(text)).toBeUndefined();
  });

  test('gives every key back', () => {
    for (let count = 0; count < 100; count++) {
      const { publicKey } = curveKeyPair();
      expect(encodeZ85(decodeZ85(publicKey) ?? new Uint8Array())).toBe(publicKey);
    }
  });
});

test('our pairs are pairs of ZeroMQ', () => {
  for (let count = 0; count < 100; count++) {
    const { publicKey, secretKey } = curveKeyPair();
    expect(publicKeyOf(secretKey)).toBe(publicKey);
    const own = newCurvePair();
    expect(publicKeyOf(own.secretKey)).toBe(own.publicKey);
  }
});

test.each([undefined, 7, '', 'HelloWorld', `${'a'.repeat(39)}"`])('%j is no key', (text) => {
  expect(isCurveKey(text)).toBe(false);
});

describe('the key of the daemon', () => {
  const path = () => join(tempFolder(), 'server.key');

  test('is read as it was written, by its owner alone', () => {
    const [file, pair] = [path(), newCurvePair()];
    replaceSecretFile(file, serverKeyText(pair));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readServerKey(file)).toEqual({ ok: true, pair });
  });

  test('P10: a file that is not there, not private, or no pair is refused, and not shown', () => {
    const { publicKey, secretKey } = newCurvePair();
    const other = newCurvePair().publicKey;
    const fault = (text: string, mode?: number) => {
      const file = path();
      writeText(file, text, mode);
      const read = readServerKey(file);
      if (read.ok) throw new Error('it was read');
      expect(JSON.stringify(read.fault)).not.toContain(secretKey);
      return read.fault.message;
    };
    const pair = JSON.stringify({ publicKey, secretKey });
    expect(fault(pair, 0o640)).toContain('other users of this machine may open');
    for (const text of ['', 'null', secretKey, JSON.stringify({ publicKey: other, secretKey })]) {
      expect(fault(text)).toContain('is not a key of a server');
    }
    expect(readServerKey(path())).toMatchObject({
      ok: false,
      fault: { hint: '`lockstep keys server` makes it.' },
    });
  });
});

describe('the key file of a client', () => {
  const serverKey = newCurvePair().publicKey;
  const written = (value: unknown): string => {
    const path = join(tempFolder(), 'a.key');
    writeText(path, JSON.stringify(value));
    return path;
  };

  test('has its pair, the key of the daemon, and perhaps its token', () => {
    const key = { ...newCurvePair(), serverKey };
    expect(readClientKey(written(key))).toEqual({ ok: true, key });
    const more = { name: 'deploy', ...key, token: 'lsk_x' };
    expect(readClientKey(written(more))).toEqual({ ok: true, key: { ...key, token: 'lsk_x' } });
  });

  test('P10: is refused with the member at fault, and without its value', () => {
    const { publicKey, secretKey } = newCurvePair();
    const faults = [
      { publicKey, secretKey },
      { publicKey, secretKey: 'short', serverKey },
      { publicKey: serverKey, secretKey, serverKey },
      { publicKey, secretKey, serverKey, token: 7 },
      [],
    ].map((value) => readClientKey(written(value)));
    expect(JSON.stringify(faults)).not.toContain(secretKey);
    expect(
      faults.map((read) => (read.ok ? 'read' : read.fault.message.replace(/^.*: /, ''))),
    ).toEqual([
      'serverKey must be 40 characters of Z85',
      'secretKey must be 40 characters of Z85',
      'publicKey is not that of secretKey',
      'token must be text',
      'serverKey must be 40 characters of Z85',
    ]);
  });

  test('P10: is refused if others may read it, or a link stands in its place', () => {
    const path = written({ ...newCurvePair(), serverKey });
    const link = join(tempFolder(), 'link.key');
    symlinkSync(path, link);
    expect(readClientKey(link)).toMatchObject({ ok: false });
    writeText(path, readFileSync(path, 'utf8'), 0o604);
    expect(readClientKey(path)).toMatchObject({ ok: false, fault: { hint: `chmod 600 ${path}` } });
  });
});

test('a private file that is to be new replaces none', () => {
  const path = join(tempFolder(), 'a');
  replaceSecretFile(path, 'first', { isNew: true });
  expect(() => replaceSecretFile(path, 'second', { isNew: true })).toThrow(/EEXIST/);
  expect(readFileSync(path, 'utf8')).toBe('first');
});

/** Dialects whose nodes answer 202 and act later, and dialects that read by HEAD. */
import { describe, expect, test } from 'vitest';
import { faultsOf, messagesOf, withDialect } from './dialect-in.ts';
import { problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';

describe('a dialect whose nodes act later (202)', () => {
  test('P4: one whose nodes act later (202) names the time for which they may, whatever the settings say', () => {
    const mine = { extends: 'challenge', create: { accepted: 202 } };
    expect(faultsOf(mine)).toEqual([
      expect.stringMatching(
        /^\.quiesceMs is missing: nodes that accept a request and act later need it: .* in ms$/,
      ),
    ]);
    const setup = withDialect({ ...mine, quiesceMs: 90_000 });
    expect(settingsOf(setup)).toMatchObject({ quiesceMs: 90_000 });
    const env = { LOCKSTEP_QUIESCE_MS: '6000' };
    expect(settingsOf({ ...setup, env })).toMatchObject({ quiesceMs: 90_000 });
    const short = withDialect({ ...mine, quiesceMs: 4000 });
    expect(problemsOf(short)[0]).toMatchObject({
      source: `${FILE}: dialects.mine.quiesceMs`,
      message: expect.stringContaining('requestTimeoutMs ≤ quiesceMs'),
    });
  });

  test('a call may only be accepted, but has a success of one kind', () => {
    const create = { applied: [], accepted: 202 };
    const later = { extends: 'challenge', create, quiesceMs: 90_000 };
    expect(settingsOf(withDialect(later)).dialect.create.applied).toEqual([]);
    expect(faultsOf({ extends: 'challenge', create: { applied: [] } })).toEqual([
      '.create.applied names no status, and neither does accepted',
    ]);
    expect(faultsOf({ extends: 'challenge', create: { unsure: 202 } })).toEqual([
      expect.stringContaining('.create.unsure 202 is not 4xx'),
    ]);
  });
});

describe('a dialect that reads by HEAD', () => {
  const read = { method: 'HEAD', present: { status: 200, header: { 'X-Key': '{key}' } } };
  const absent = { status: 404, header: { 'X-Node': '*' } };
  const mine = {
    extends: 'challenge',
    record: { key: null },
    delete: { restore: 'template' },
    health: { method: 'HEAD', text: null },
  };

  test('needs a header as its proof, since there is no body', () => {
    expect(messagesOf({ ...mine, read: { ...read, absent } })).toEqual([]);
    expect(faultsOf({ ...mine, read: { ...read, present: 200, absent } })).toContainEqual(
      expect.stringMatching(/^\.read\.present needs a header as its proof/),
    );
    const words = { status: 404, proof: 'words' };
    expect(faultsOf({ ...mine, read: { ...read, absent: words } })).toEqual([
      '.read.absent names a body, and the answer to HEAD has none',
    ]);
  });

  test('has no record to find a key in, or to restore', () => {
    const other = { extends: 'challenge', read: { ...read, absent }, health: { method: 'HEAD' } };
    expect(faultsOf(other)).toEqual([
      '.health.text is the text of a body, and HEAD has none',
      '.record.key is in a body, and read.method is HEAD: write null',
      '.delete.restore is "exact", and read.method is HEAD: a read shows no record to restore',
    ]);
  });
});

test('deletes are guarded by a mark or by a tag, not by both', () => {
  const guarded = { delete: { guard: 'if-match' } };
  expect(messagesOf({ extends: 'challenge', ...guarded })).toEqual([]);
  expect(faultsOf({ extends: 'reliable-ops', ...guarded })).toEqual([
    '.delete.guard is of no use beside mark, which guards deletes already',
  ]);
});

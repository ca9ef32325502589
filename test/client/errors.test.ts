import { describe, expect, test } from 'vitest';
import {
  CLIENT_ERROR_CODES,
  ClientError,
  type ClientErrorCode,
  ERROR_CODES,
  isExpected,
  worthRetrying,
} from '../../src/client/index.ts';

const clientError = (code: ClientErrorCode) =>
  new ClientError(code, { message: 'so it is', endpoint: 'tcp://127.0.0.1:5570' });
const codes = <Code extends string>(table: Record<Code, unknown>) => Object.keys(table) as Code[];

describe('how a caller handles an error', () => {
  test('expected is what passes by itself: a daemon or a node that is away, full or stopping', () => {
    const thrown = codes(CLIENT_ERROR_CODES).filter((code) => isExpected(clientError(code)));
    expect(thrown).toEqual(['unreachable', 'no_answer', 'overloaded']);
    const answered = codes(ERROR_CODES).filter((code) => isExpected({ error: { code } }));
    expect(answered).toEqual(['busy', 'unavailable', 'draining', 'expired']);
  });

  test('worth retrying is what the table of errors says, and every call that may still arrive', () => {
    for (const code of codes(ERROR_CODES)) {
      expect(worthRetrying({ error: { code } })).toBe(ERROR_CODES[code].retry);
    }
    expect(worthRetrying(clientError('no_answer'))).toBe(true);
    expect(worthRetrying(clientError('bad_endpoint'))).toBe(false);
  });

  test('P7: a settled command is neither, since its id gets the first outcome forever', () => {
    const answer = { id: 'a', op: 'create', groupId: '5', state: 'rolled_back', elapsedMs: 4 };
    expect(isExpected(answer)).toBe(false);
    expect(worthRetrying(answer)).toBe(false);
  });

  test.each([undefined, null, 5, 'busy', {}, { error: { code: 'toString' } }, new Error('busy')])(
    '%s is no error of lockstep',
    (value) => {
      expect(isExpected(value)).toBe(false);
      expect(worthRetrying(value)).toBe(false);
    },
  );
});

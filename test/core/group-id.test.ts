import { describe, expect, it } from 'vitest';
import { groupIdFault } from '../../src/protocol/group-id.ts';

describe('a key', () => {
  it.for([
    ['a number as text', '5'],
    ['one character', 'x'],
    ['a path, in parts', 'a/b c%2F?#'],
    ['dots that are more than two', '...'],
    ['emoji', '🐘'],
    ['as many code points as there may be, of two units each', '🐘'.repeat(256)],
  ] as const)('may be %s', ([, text]) => {
    expect(groupIdFault(text)).toBeUndefined();
  });

  it.for([
    ['nothing', '', 'empty'],
    ['a dot', '.', 'must not be "."'],
    ['two dots', '..', 'must not be ".."'],
    ['a line break', 'a\nb', 'control'],
    ['DEL', '\u007f', 'control'],
    ['a C1 control', '\u0085', 'control'],
    ['half a pair', 'a\ud83d', 'surrogate'],
    ['a code point too many', 'x'.repeat(257), '256'],
    ['an emoji too many', '🐘'.repeat(257), '256'],
  ] as const)('must not be %s', ([, text, why]) => {
    expect(groupIdFault(text)).toContain(why);
  });
});

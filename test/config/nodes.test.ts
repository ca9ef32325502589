import { describe, expect, test } from 'vitest';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';

function nodesOf(text: string) {
  return settingsOf({ env: { LOCKSTEP_NODES: text } }).nodes;
}

describe('nodes', () => {
  test('text, object and list say the same', () => {
    const nodes = [
      { name: 'a', url: 'http://h:1/v1' },
      { name: 'b', url: 'https://h:2' },
    ];
    expect(nodesOf('a=http://h:1/v1,b=https://h:2')).toMatchObject(nodes);
    expect(nodesOf(' a=http://h:1/v1 ,\n b=https://h:2')).toMatchObject(nodes);
    const asObject = { a: 'http://h:1/v1', b: 'https://h:2' };
    expect(settingsOf({ files: { [FILE]: { nodes: asObject } } }).nodes).toMatchObject(nodes);
    expect(settingsOf({ files: { [FILE]: { nodes } } }).nodes).toMatchObject(nodes);
  });

  test.each([
    ['http://h/v1/', 'http://h/v1'],
    ['http://h//', 'http://h'],
    ['HTTP://H:80/V1', 'http://h/V1'],
    ['https://h:443', 'https://h'],
    ['http://[::1]:7401/v1', 'http://[::1]:7401/v1'],
    ['http://h/a=b', 'http://h/a=b'],
  ])('the URL %s is used as %s', (given, used) => {
    expect(nodesOf(`a=${given}`)).toMatchObject([{ name: 'a', url: used }]);
  });

  test.each([
    ['ftp://h', 'does not begin with http:// or https:// and a host'],
    ['h:7401', 'does not begin with http:// or https:// and a host'],
    ['http:h', 'does not begin with http:// or https:// and a host'],
    ['http:///v1', 'does not begin with http:// or https:// and a host'],
    ['http://h:0/', 'has port 0'],
    ['http://h:99999', 'is not a URL'],
    ['http://u:p@h', 'holds credentials'],
    ['http://u@h', 'holds credentials'],
    ['http://h?x=1', 'holds a query (?)'],
    ['http://h?', 'holds a query (?)'],
    ['http://h#x', 'holds a fragment (#)'],
    ['http://h\\v1', 'holds a space, a backslash or a control character'],
    ['http://h/a b', 'holds a space, a backslash or a control character'],
  ])('the URL %j is refused: %s', (url, words) => {
    const problem = problemOf({ env: { LOCKSTEP_NODES: `ok=http://ok,a=${url}` } });
    expect(problem.source).toBe('LOCKSTEP_NODES, entry 2, url');
    expect(problem.message).toContain(words);
  });

  test.each(['a/b', 'a b', 'ä', 'x'.repeat(65), '__proto__', 'constructor', 'toString'])(
    'the name %j is refused',
    (name) => {
      const problem = problemOf({ files: { [FILE]: { nodes: [{ name, url: 'http://h' }] } } });
      expect(problem.source).toBe(`${FILE}: nodes[0].name`);
    },
  );

  test('a name given twice is refused', () => {
    expect(problemOf({ env: { LOCKSTEP_NODES: 'a=http://h:1,a=http://h:2' } })).toMatchObject({
      source: 'LOCKSTEP_NODES, entry 2, name',
      message: 'names "a" twice',
    });
  });

  test('each entry without a name, and each empty one, is reported by its number', () => {
    const problems = problemsOf({ env: { LOCKSTEP_NODES: 'http://h,a=http://h,,=http://h' } });
    expect(problems.map(({ source, message }) => [source, message])).toEqual([
      ['LOCKSTEP_NODES, entry 1', '"http://h" is not of the form name=url'],
      ['LOCKSTEP_NODES, entry 3', '"" is an empty entry'],
      ['LOCKSTEP_NODES, entry 4', '"=http://h" is not of the form name=url'],
    ]);
  });

  test('one to fifty nodes make a cluster', () => {
    const some = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: `n${index}`, url: `http://h${index}` }));
    expect(settingsOf({ files: { [FILE]: { nodes: some(50) } } }).nodes).toHaveLength(50);
    expect(problemOf({ files: { [FILE]: { nodes: some(51) } } }).message).toBe(
      'names more than 50 nodes',
    );
    expect(problemOf({ files: { [FILE]: { nodes: [] } } }).message).toBe('names no node');
    expect(problemOf({ files: { [FILE]: { nodes: {} } } }).message).toBe('names no node');
  });

  test('a misspelt member of a node is reported, with the right one', () => {
    const problems = problemsOf({ files: { [FILE]: { nodes: [{ name: 'a', ur: 'http://h' }] } } });
    expect(problems.map(({ source, message }) => `${source} ${message}`)).toEqual([
      `${FILE}: nodes[0] has an unknown key "ur" (did you mean "url"?)`,
      `${FILE}: nodes[0].url is missing`,
    ]);
  });
});

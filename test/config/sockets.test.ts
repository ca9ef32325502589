import { describe, expect, test } from 'vitest';
import { namesOf } from '../../src/config/machine/sockets.ts';

describe('the names of nodes', () => {
  test('are those that have to be looked up, each once', () => {
    const hosts = ['n1.test:7401/v1', 'N1.test:7402', '127.0.0.1:7401', '[::1]:7401', 'n2'];
    const nodes = hosts.map((host, index) => ({ name: `node${index}`, url: `http://${host}` }));
    expect(namesOf(nodes)).toEqual(['n1.test', 'n2']);
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { diagram, PAGE, withDiagram } from './diagram.ts';

describe('the state diagram', () => {
  it('in the docs is the one of the table (else: node test/core/diagram.ts)', async () => {
    const page = await readFile(PAGE, 'utf8');
    expect(page).toBe(withDiagram(page));
  });

  it('would not be, had a transition gone missing', async () => {
    const page = await readFile(PAGE, 'utf8');
    const stale = page.replace('    compensating --> abandoned\n', '');
    expect(stale).not.toBe(page);
    expect(withDiagram(stale)).not.toBe(stale);
  });

  it('has every state, and needs its markers', () => {
    expect(diagram()).toContain('applying --> compensating');
    expect(diagram()).toContain('committed --> [*]');
    expect(() => withDiagram('no markers')).toThrow('diagram:begin');
  });
});

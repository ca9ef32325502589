import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { STAGES } from '../../src/coordinator/queue/stages.ts';
import { TRANSITIONS } from '../../src/core/transitions.ts';
import { diagram, PAGE, withDiagrams } from './diagram.ts';

describe('the state diagrams', () => {
  it('in the docs are those of the tables (else: node test/core/diagram.ts)', async () => {
    const page = await readFile(PAGE, 'utf8');
    expect(page).toBe(withDiagrams(page));
  });

  it.each(['compensating --> abandoned', 'parked --> waiting'])(
    'would not be, had a transition gone missing: %s',
    async (step) => {
      const page = await readFile(PAGE, 'utf8');
      const stale = page.replace(`    ${step}\n`, '');
      expect(stale).not.toBe(page);
      expect(withDiagrams(stale)).not.toBe(stale);
    },
  );

  it('have every state, and need their markers', () => {
    expect(diagram(TRANSITIONS)).toContain('applying --> compensating');
    expect(diagram(TRANSITIONS)).toContain('committed --> [*]');
    expect(diagram(STAGES)).toContain('[*] --> new');
    expect(() => withDiagrams('no markers')).toThrow('diagram:begin');
  });
});

/** The story of a command, as `status` shows it: before it settles, after, and after a restart. */
import { describe, expect, test } from 'vitest';
import type { CommandAnswer } from '../../src/protocol/answer.ts';
import type { StoryStep } from '../../src/protocol/story/step.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

async function storyOf(harness: Harness, id: string): Promise<readonly StoryStep[]> {
  const asked = harness.ask({ op: 'status', id, story: true });
  await harness.advance(2500);
  return (asked.answer as CommandAnswer).story ?? [];
}

describe('the story of a command', () => {
  test('P6: a command that waited for its key names the one that had it', async () => {
    const harness = await openHarness();
    for (const id of ['a', 'b']) harness.ask({ op: 'create', id, groupId: '5' });
    await harness.rest();
    expect((await storyOf(harness, 'b')).at(-1)).toMatchObject({
      step: 'waited',
      for: 'key',
      command: 'a',
    });
    harness.report(settled(harness, 'a'));
    await harness.rest();
    const waited = (await storyOf(harness, 'b')).find(({ step }) => step === 'waited');
    expect(waited).toMatchObject({ for: 'key', command: 'a', ms: expect.closeTo(2500, -2) });
  });

  test('a paused lane is named while it is paused, and afterwards', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'pause', lane: 'bulk', by: 'ann@bastion' });
    await harness.rest();
    harness.ask({ op: 'create', id: 'a', groupId: '5', lane: 'bulk' });
    await harness.rest();
    const pause = { step: 'waited', for: 'pause', lane: 'bulk', by: 'ann@bastion (unverified)' };
    expect((await storyOf(harness, 'a')).at(-1)).toMatchObject(pause);
    harness.ask({ op: 'resume' });
    await harness.rest();
    const story = await storyOf(harness, 'a');
    expect(story.find(({ step }) => step === 'waited')).toMatchObject({
      ...pause,
      ms: expect.closeTo(2500, -2),
    });
  });

  test('P3: an act of an operator, and the end, are in the journal', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'pause' });
    await harness.rest();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.ask({ op: 'cancel', id: 'a', by: 'ann@bastion' });
    await harness.rest();
    const story = await storyOf(harness, 'a');
    expect(story.map(({ step }) => step)).toEqual(['accepted', 'act', 'waited', 'settled']);
    expect(story[1]).toMatchObject({ act: 'cancel', by: 'ann@bastion (unverified)' });
    expect(story[3]).toMatchObject({ state: 'refused', reason: 'cancelled' });
  });

  test('what an executor saw is kept with the settlement', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const at = harness.clock.now();
    const attempt = {
      at,
      step: 'attempt',
      node: 'node01',
      number: 1,
      request: 'create',
      ms: 5,
      answer: 'refused',
      detail: '403 no',
    } as const;
    harness.report({
      ...settled(harness, 'a', { state: 'rolled_back' }),
      story: [attempt],
    } as never);
    await harness.rest();
    const story = await storyOf(harness, 'a');
    expect(story).toContainEqual({ ...attempt, at: new Date(at).toISOString() });
  });

  test('a command that simply succeeded: accepted, settled', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect((await storyOf(harness, 'a')).map(({ step }) => step)).toEqual(['accepted', 'settled']);
  });

  test('without being asked for it is not shown', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    const asked = harness.ask({ op: 'status', id: 'a' });
    await harness.advance(2500);
    expect(asked.answer).not.toHaveProperty('story');
  });
});

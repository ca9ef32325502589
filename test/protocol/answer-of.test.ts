/** The type of an answer follows from its request, and a reply of another shape is none. */
import { expect, expectTypeOf, test } from 'vitest';
import type {
  BreakersAnswer,
  CommandAnswer,
  ListAnswer,
  SelectionAnswer,
  SummaryAnswer,
} from '../../src/protocol/answer.ts';
import { type AnswerOf, isAnswerTo } from '../../src/protocol/answer-of.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import type { RequestInput } from '../../src/protocol/input/request-input.ts';

test('the operation says which answer it is, and for some whether a command or a filter is named', () => {
  expectTypeOf<AnswerOf<{ op: 'create'; groupId: string }>>().toEqualTypeOf<CommandAnswer>();
  expectTypeOf<AnswerOf<{ op: 'list' }>>().toEqualTypeOf<ListAnswer>();
  expectTypeOf<AnswerOf<{ op: 'breaker' }>>().toEqualTypeOf<BreakersAnswer>();
  expectTypeOf<AnswerOf<{ op: 'status' }>>().toEqualTypeOf<SummaryAnswer>();
  expectTypeOf<AnswerOf<{ op: 'status'; id: string }>>().toEqualTypeOf<CommandAnswer>();
  expectTypeOf<AnswerOf<{ op: 'cancel'; id: string }>>().toEqualTypeOf<CommandAnswer>();
  expectTypeOf<AnswerOf<{ op: 'cancel'; filter: object }>>().toEqualTypeOf<SelectionAnswer>();
  expectTypeOf<AnswerOf<{ op: 'retry' } & Extract<RequestInput, { op: 'retry' }>>>().toEqualTypeOf<
    CommandAnswer | SelectionAnswer
  >();
});

test('an error answers every request, the answer to another one does not', () => {
  const command = { id: 'a', op: 'create', groupId: '1', state: 'committed', elapsedMs: 1 };
  const summary = { uptimeMs: 1, lanes: {}, pid: 1 };
  const error = errorReply('busy', 'not now');
  const status: RequestInput = { op: 'status' };
  expect(isAnswerTo(status, error)).toBe(true);
  expect(isAnswerTo(status, summary)).toBe(true);
  expect(isAnswerTo(status, command)).toBe(false);
  expect(isAnswerTo({ ...status, id: 'a' }, command)).toBe(true);
  expect(isAnswerTo({ ...status, id: 'a' }, summary)).toBe(false);
  expect(isAnswerTo({ op: 'cancel', filter: {} }, command)).toBe(false);
  expect(isAnswerTo({ op: 'stats' }, {})).toBe(false);
});

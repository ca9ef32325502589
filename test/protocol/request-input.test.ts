/** The types that authors of clients see, against the schemas that judge. */
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { RequestInput } from '../../src/protocol/input/request-input.ts';
import { OPERATION_NAMES, type SCHEMAS } from '../../src/protocol/request.ts';

/** Lists are read-only in the one, and plain in the other. */
type Shape<Type> = Type extends readonly (infer Member)[]
  ? readonly Shape<Member>[]
  : Type extends string | number | boolean | undefined
    ? Type
    : { [Name in keyof Type]: Name extends 'record' ? Type[Name] : Shape<Type[Name]> };

type Judged<Op extends RequestInput['op']> = Shape<z.input<(typeof SCHEMAS)[Op]>>;
type Written<Op extends RequestInput['op']> = Shape<Extract<RequestInput, { op: Op }>>;

test('the input types have the fields of the schemas, operation by operation', () => {
  expectTypeOf<Written<'create'>>().toEqualTypeOf<Judged<'create'>>();
  expectTypeOf<Written<'delete'>>().toEqualTypeOf<Judged<'delete'>>();
  expectTypeOf<Written<'batch'>>().toEqualTypeOf<Judged<'batch'>>();
  expectTypeOf<Written<'status'>>().toEqualTypeOf<Judged<'status'>>();
  expectTypeOf<Written<'list'>>().toEqualTypeOf<Judged<'list'>>();
  expectTypeOf<Written<'stats'>>().toEqualTypeOf<Judged<'stats'>>();
  expectTypeOf<Written<'audit'>>().toEqualTypeOf<Judged<'audit'>>();
  expectTypeOf<Written<'retry'>>().toEqualTypeOf<Judged<'retry'>>();
  expectTypeOf<Written<'cancel'>>().toEqualTypeOf<Judged<'cancel'>>();
  expectTypeOf<Written<'abandon'>>().toEqualTypeOf<Judged<'abandon'>>();
  expectTypeOf<Written<'restore'>>().toEqualTypeOf<Judged<'restore'>>();
  expectTypeOf<Written<'breaker'>>().toEqualTypeOf<Judged<'breaker'>>();
  expectTypeOf<Written<'node'>>().toEqualTypeOf<Judged<'node'>>();
  expectTypeOf<Written<'pause'>>().toEqualTypeOf<Judged<'pause'>>();
  expectTypeOf<Written<'resume'>>().toEqualTypeOf<Judged<'resume'>>();
  expectTypeOf<Written<'acts'>>().toEqualTypeOf<Judged<'acts'>>();
  expectTypeOf<Written<'logs'>>().toEqualTypeOf<Judged<'logs'>>();
  expectTypeOf<Written<'ping'>>().toEqualTypeOf<Judged<'ping'>>();
  expectTypeOf<RequestInput['op']>().toEqualTypeOf<keyof typeof SCHEMAS>();
  // The comparisons above are made by `npm run types`; a new operation needs a line here.
  expect(OPERATION_NAMES).toHaveLength(18);
});

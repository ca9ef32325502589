/** The field `record` of a create, as the schema of the request has it. */
import { z } from 'zod';
import { recordFault } from './check-record.ts';
import { type JsonObject, WrittenRecord } from './record.ts';

/** `parse-request.ts` has put a `WrittenRecord` in the place of each JSON object. */
export const record = z
  .custom<JsonObject | WrittenRecord>()
  .transform((value: unknown, context): WrittenRecord => {
    const fault =
      value instanceof WrittenRecord
        ? recordFault(value.text)
        : { path: [], message: 'must be a JSON object' };
    if (value instanceof WrittenRecord && fault === undefined) return value;
    context.addIssue({
      code: 'custom',
      input: undefined,
      ...fault,
      path: [...(fault?.path ?? [])],
    });
    return z.NEVER;
  })
  .meta({ type: 'object', description: 'The content that the nodes store with the key.' });

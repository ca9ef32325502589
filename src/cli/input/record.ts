/** The content of a record, from an option, a file, stdin or a line of JSON. Its text is sent as it is. */
import { createReadStream } from 'node:fs';
import type { Options } from 'yargs';
import { codeOf } from '../../base/error-fields.ts';
import { parseJson } from '../../protocol/bounded-json.ts';
import { repeatedMember } from '../../protocol/frame/repeated-member.ts';
import { recordFault } from '../../protocol/record/check-record.ts';
import { keepRecordTexts, WrittenRecord } from '../../protocol/record/record.ts';
import { UsageError } from '../exit-code.ts';

/** The largest `recordBytesMax` that can be configured. */
const BYTES_MAX = 16 * 1024 * 1024;

/** On subcommands that create. */
export const RECORD = {
  record: {
    type: 'string',
    requiresArg: true,
    describe: 'Content of the record, a JSON object; - reads it from stdin',
    group: 'Command:',
  },
  'record-file': {
    type: 'string',
    requiresArg: true,
    describe: 'File with the content of the record, a JSON object',
    group: 'Command:',
  },
} as const satisfies Record<string, Options>;

export interface RecordArguments {
  readonly record?: string | undefined;
  readonly 'record-file'?: string | undefined;
}

/** @throws UsageError */
export async function recordField(
  args: RecordArguments,
): Promise<{ readonly record?: WrittenRecord }> {
  const { record, 'record-file': file } = args;
  if (record !== undefined && file !== undefined) {
    throw new UsageError('--record and --record-file exclude each other');
  }
  if (file !== undefined) return { record: readRecord(await textOf(createReadStream(file), file)) };
  if (record === undefined) return {};
  return { record: readRecord(record === '-' ? await textOf(process.stdin, 'stdin') : record) };
}

function readRecord(text: string): WrittenRecord {
  parsed(text, 'record');
  const { record } = readMembers(`{"record":${text}\n}`);
  if (record instanceof WrittenRecord) return record;
  throw new UsageError('record must be a JSON object');
}

/** A line of a file of commands: `{"groupId":"5","record":{…}}`. @throws UsageError */
export function readItem(text: string): { key: string; record?: WrittenRecord } {
  const { groupId, record, ...rest } = readMembers(text);
  const [other] = Object.keys(rest);
  if (other !== undefined) throw new UsageError(`unknown member ${JSON.stringify(other)}`);
  if (typeof groupId !== 'string') throw new UsageError('groupId must be a string');
  if (record === undefined) return { key: groupId };
  if (record instanceof WrittenRecord) return { key: groupId, record };
  throw new UsageError('record must be a JSON object');
}

interface Members {
  readonly groupId?: unknown;
  /** A `WrittenRecord`, if it is an object. */
  readonly record?: unknown;
}

function readMembers(text: string): Members {
  const value = parsed(text, 'it');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('it is not a JSON object');
  }
  const twice = repeatedMember(text, value);
  if (twice !== undefined) throw new UsageError(`${twice.join('.')} is given twice`);
  keepRecordTexts(text, value);
  const members: Members = value;
  const fault =
    members.record instanceof WrittenRecord ? recordFault(members.record.text) : undefined;
  if (fault === undefined) return members;
  throw new UsageError(`${['record', ...fault.path].join('.')} ${fault.message}`);
}

function parsed(text: string, subject: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${subject} is not JSON: ${why}`, { cause: error });
  }
}

async function textOf(stream: AsyncIterable<Buffer | string>, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > BYTES_MAX) throw new UsageError(`${name} is larger than ${BYTES_MAX} bytes`);
      chunks.push(Buffer.from(chunk));
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)).trim();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = codeOf(error) ?? 'it is not UTF-8';
    throw new UsageError(`cannot read the record from ${name}: ${why}`, { cause: error });
  }
}

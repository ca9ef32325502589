/** A request as JSON text, with a record in it as it was written. */
import { WrittenRecord } from './record.ts';

export function requestText(request: object): string {
  const { record }: { readonly record?: unknown } = request;
  if (!(record instanceof WrittenRecord)) return JSON.stringify(request);
  const { record: _record, ...rest } = request as { readonly record: unknown };
  return `${JSON.stringify(rest).slice(0, -1)},"record":${record.text}}`;
}

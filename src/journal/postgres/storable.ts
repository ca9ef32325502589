/** PostgreSQL keeps no U+0000, and text in UTF-8 no lone surrogates. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** PostgreSQL keeps no U+0000, and text in UTF-8 no lone surrogates. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Nothing is stored under any other text, and the server refuses to look for it. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

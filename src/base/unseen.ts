/**
 * What a terminal does not show or acts on: controls, signs that turn the direction of text round or
 * hide in it. Not the joiners: scripts and emoji need them, and they move nothing.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Others' text on one line of a terminal: a blank in place of a control, its number for the rest. */
export function shownPlainly(text: string): string {
  return text.replaceAll(UNSEEN, (char) =>
    /\p{Cc}/u.test(char) ? ' ' : `<U+${hex(char.codePointAt(0)).toUpperCase()}>`,
  );
}

/** With JSON's escapes in their place; within the strings of a document it means the same. */
export function escaped(text: string): string {
  return text.replaceAll(UNSEEN, (char) => {
    const short = JSON.stringify(char).slice(1, -1);
    if (short !== char) return short;
    return Array.from({ length: char.length }, (_, at) => `\\u${hex(char.charCodeAt(at))}`).join(
      '',
    );
  });
}

function hex(code: number | undefined): string {
  return (code ?? 0).toString(16).padStart(4, '0');
}

/**
 * What a terminal does not show or acts on: controls, signs that turn the direction of text round or
 * hide in it. Not the joiners: scripts and emoji need them, and they move nothing.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Others' text on one line of a terminal: a blank in place of a control, its number for the rest. */
export function shownPlainly(text: string): string {
  return text.replaceAll(UNSEEN, (sign) =>
    /\p{Cc}/u.test(sign) ? ' ' : `<U+${hex(sign.codePointAt(0)).toUpperCase()}>`,
  );
}

/** With JSON's escapes in their place; within the strings of a document it means the same. */
export function escaped(text: string): string {
  return text.replaceAll(UNSEEN, (sign) => {
    const short = JSON.stringify(sign).slice(1, -1);
    if (short !== sign) return short;
    return Array.from({ length: sign.length }, (_, at) => `\\u${hex(sign.charCodeAt(at))}`).join(
      '',
    );
  });
}

function hex(code: number | undefined): string {
  return (code ?? 0).toString(16).padStart(4, '0');
}

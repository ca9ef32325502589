/**
 * Characters that a terminal acts on or does not show: controls, and characters that change the
 * direction of text or are hidden in it. Joiners are left out: scripts and emoji need them, and
 * they move nothing.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Foreign text for one line of a terminal: a blank for a control, the number for any other such
 * character.
 */
export function shownPlainly(text: string): string {
  return text.replaceAll(UNSEEN, (char) =>
    /\p{Cc}/u.test(char) ? ' ' : `<U+${hex(char.codePointAt(0)).toUpperCase()}>`,
  );
}

/** Replaces them by JSON escapes. Within the strings of a document the meaning is the same. */
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

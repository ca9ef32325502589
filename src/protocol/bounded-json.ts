/**
 * JSON texts from outside. The cost of a text is not its length: four million `[` take some 200 MB,
 * and a value nested thousands deep overflows the stack of any program that writes it again. So
 * levels and values are counted before the parser runs (P9).
 */

/** Arrays and objects inside one another. */
export const JSON_DEPTH_MAX = 100;
/** Members, elements, and the arrays and objects that hold them; some 30 MB if all are objects. */
export const JSON_VALUES_MAX = 200_000;
/**
 * More than a frame of the usual bound can have: below that, a list that is too long is reported by
 * its field.
 */
export const REQUEST_VALUES_MAX = 600_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** The text is rejected unread, well-formed or not. */
export class CostlyJson extends Error {
  override readonly name = 'CostlyJson';
  /** The member of the outermost object that exceeds a bound, if one does. */
  readonly field: string | undefined;

  constructor(message: string, field: string | undefined) {
    super(message);
    this.field = field;
  }
}

/** @throws CostlyJson, SyntaxError */
export function parseJson(text: string, valuesMax = JSON_VALUES_MAX): unknown {
  // A text nests no deeper than it is long, nor has it more values.
  if (text.length > JSON_DEPTH_MAX) assertCheap(text, valuesMax);
  return JSON.parse(text);
}

/** For a text that is not JSON it counts at least as much as the parser reads before it fails. */
function assertCheap(text: string, valuesMax: number): void {
  let depth = 0;
  let values = 0;
  let member = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (depth === 1) member = text.slice(at + 1, end);
      at = end;
      continue;
    }
    // `[` and `{`, `]` and `}` differ in one bit.
    const bracket = code | 0x20;
    if (bracket === 0x7b) {
      depth++;
      values++;
    } else if (bracket === 0x7d) depth--;
    else if (code === COMMA) values++;
    const isDeep = depth > JSON_DEPTH_MAX;
    if (!isDeep && values <= valuesMax) continue;
    const what = isDeep
      ? `nests deeper than ${JSON_DEPTH_MAX} levels`
      : `has more than ${valuesMax} values`;
    throw new CostlyJson(what, text.startsWith('{') && depth > 1 ? member : undefined);
  }
}

/** The index at which the string that begins at `from` ends; the text's end if it does not. */
export function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
    at++;
  }
}

/**
 * The pattern of a dialect's keys, matched in time that is linear in the key. Clients choose the keys, and a regular
 * expression that backtracks takes hours for some of them: `(a+)+b` for 40 letters (P9).
 *
 * All states that can be reached are followed at once, one code point after another (Thompson, 1968), so a key costs at
 * most its length times {@link STATES_MAX}: 3 to 7 µs for usual keys (29 November 2026). Look-around, references back and
 * word boundaries need more than that, and are refused at the start. Single characters, classes and escapes are left to
 * `RegExp`.
 */

/** With 256 code points a key takes less than a millisecond or two. */
export const STATES_MAX = 1000;

type Test = (point: string) => boolean;

type Part =
  | { readonly kind: 'one'; readonly test: Test }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly min: number; readonly max: number };

/** `to` and `or`: the states that follow. */
interface State {
  readonly kind: 'one' | 'start' | 'end' | 'split' | 'matched';
  readonly test?: Test;
  to: number;
  or?: number;
}

/** One character: an escape, a class, or itself. */
const ONE =
  /\\(?:[pPu]\{[^}]*\}|u[dD][89abAB]..\\u[dD][c-fC-F]..|u.{4}|x..|c.|.)|\[(?:\\.|[^\]\\])*\]|./suy;
const REPEAT = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y;
const UNBOUNDED = /^\\[1-9kbB]/;

/**
 * @returns whether the whole key matches
 * @throws SyntaxError whose message reads on from `keys.pattern`
 */
export function compileKeyPattern(pattern: string): (key: string) => boolean {
  const part = new Parser(pattern).parse();
  const states: State[] = [{ kind: 'matched', to: 0 }];
  const first = build(part, 0, states);
  return (key) => isMatch(states, first, key);
}

class Parser {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    if (!isRegExp(pattern)) throw new SyntaxError('is not a regular expression');
  }

  parse(): Part {
    return this.#choice();
  }

  #choice(): Part {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return { kind: 'choice', parts };
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#pattern.length && !this.#isNext('|') && !this.#isNext(')')) {
      parts.push(this.#repeated(this.#atom()));
    }
    return { kind: 'sequence', parts };
  }

  #atom(): Part {
    if (this.#take('^')) return { kind: 'start' };
    if (this.#take('$')) return { kind: 'end' };
    if (this.#take('(?:') || (!this.#isNext('(?') && this.#take('('))) {
      const part = this.#choice();
      this.#take(')');
      return part;
    }
    const text = this.#match(ONE)?.[0] ?? '';
    if (text === '(' || UNBOUNDED.test(text)) throw this.#refused(text);
    return { kind: 'one', test: testOf(text) };
  }

  #repeated(part: Part): Part {
    const [, quantifier, least, comma, most] = this.#match(REPEAT) ?? [''];
    if (quantifier === undefined && least === undefined) return part;
    if (quantifier !== undefined) {
      return {
        kind: 'repeat',
        part,
        min: quantifier === '+' ? 1 : 0,
        max: quantifier === '?' ? 1 : Infinity,
      };
    }
    const min = Number(least);
    if (Math.max(min, Number(most)) > STATES_MAX) throw tooLarge();
    if (comma === '') return { kind: 'repeat', part, min, max: min };
    return { kind: 'repeat', part, min, max: most === '' ? Infinity : Number(most) };
  }

  #refused(text: string): SyntaxError {
    const named = text === '(' ? this.#pattern.slice(this.#at - 1, this.#at + 2) : text;
    return new SyntaxError(
      `holds ${named}, for which a client's key could take hours: write it without look-around, ` +
        'references and word boundaries',
    );
  }

  #isNext(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    const isNext = this.#isNext(text);
    if (isNext) this.#at += text.length;
    return isNext;
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#pattern);
    this.#at += match?.[0].length ?? 0;
    return match;
  }
}

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u') instanceof RegExp;
  } catch {
    // Its message is a long sentence with the whole pattern in it.
    return false;
  }
}

/** Most keys are ASCII: each of these is looked up. */
function testOf(text: string): Test {
  const expression = new RegExp(`^${text}$`, 'u');
  const ascii = Array.from({ length: 128 }, (_, code) =>
    expression.test(String.fromCharCode(code)),
  );
  return (point) => ascii[point.charCodeAt(0)] ?? expression.test(point);
}

/** @returns the state in which the part begins; it ends in `to` */
function build(part: Part, to: number, states: State[]): number {
  switch (part.kind) {
    case 'sequence':
      return part.parts.reduceRight((next, one) => build(one, next, states), to);
    case 'choice':
      return part.parts
        .map((one) => build(one, to, states))
        .reduceRight((or, first) => add(states, { kind: 'split', to: first, or }));
    case 'repeat':
      return buildRepeat(part, to, states);
    default:
      return add(states, { ...part, to });
  }
}

function buildRepeat(
  { part, min, max }: Extract<Part, { kind: 'repeat' }>,
  to: number,
  states: State[],
): number {
  let next = to;
  if (max === Infinity) {
    next = add(states, { kind: 'split', to, or: to });
    const loop = states[next] as State;
    loop.to = build(part, next, states);
  }
  // Each may be left out: then none of those behind it comes either.
  for (let count = min; count < max && max !== Infinity; count++) {
    next = add(states, { kind: 'split', to: build(part, next, states), or: to });
  }
  for (let count = 0; count < min; count++) next = build(part, next, states);
  return next;
}

function add(states: State[], state: State): number {
  if (states.length >= STATES_MAX) throw tooLarge();
  return states.push(state) - 1;
}

function tooLarge(): SyntaxError {
  return new SyntaxError(`is too large: it repeats more than ${STATES_MAX} parts`);
}

function isMatch(states: readonly State[], first: number, key: string): boolean {
  const points = [...key];
  let reached = closure(states, [first], { isStart: true, isEnd: points.length === 0 });
  for (const [index, point] of points.entries()) {
    const next: number[] = [];
    for (const number of reached) {
      const { kind, test, to } = states[number] as State;
      if (kind === 'one' && test?.(point)) next.push(to);
    }
    if (next.length === 0) return false;
    reached = closure(states, next, { isStart: false, isEnd: index === points.length - 1 });
  }
  return reached.has(0);
}

/** All states that are reached without another character. */
function closure(
  states: readonly State[],
  from: readonly number[],
  { isStart, isEnd }: { readonly isStart: boolean; readonly isEnd: boolean },
): ReadonlySet<number> {
  const reached = new Set(from);
  // The set grows while it is walked through.
  for (const number of reached) {
    const { kind, to, or } = states[number] as State;
    if (kind === 'split') reached.add(to).add(or ?? to);
    else if ((kind === 'start' && isStart) || (kind === 'end' && isEnd)) reached.add(to);
  }
  return reached;
}

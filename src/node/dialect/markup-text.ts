/** The text of an HTML page, as far as people need it to know a proxy's error page. Linear in its length. */

/** Comments, scripts and styles, closed or not: `$` keeps each search from starting again at every tag. */
const HIDDEN = /<!--.*?(?:-->|$)|<(script|style)\b.*?(?:<\/\1\s*>|$)/gis;
/** Pages repeat it. */
const TITLE = /<title\b.*?(?:<\/title\s*>|$)/gis;
const TAG = /<[^>]*(?:>|$)/g;
const ENTITY = /&(?:#(\d{1,7})|([a-z]{2,6}));/gi;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};
const CODE_POINT_MAX = 0x10_ff_ff;

/** Without tags; words of neighbouring elements stay apart. */
export function textOfMarkup(page: string): string {
  const shown = page.replaceAll(HIDDEN, ' ');
  const text = shown.replaceAll(TITLE, ' ').replaceAll(TAG, ' ');
  const visible = text.trim() === '' ? shown.replaceAll(TAG, ' ') : text;
  return visible.replaceAll(ENTITY, (entity, digits: string | undefined, name = '') => {
    if (digits === undefined) return NAMED[name.toLowerCase()] ?? entity;
    const point = Number(digits);
    return point <= CODE_POINT_MAX ? String.fromCodePoint(point) : entity;
  });
}

/** An address for logs and messages. */

/** The text without user, password and the values of its query, which may be secrets. */
export function shownUrl(text: string): string {
  return text
    .replaceAll(/\/\/[^\s/?#]*@/g, '//***@')
    .replaceAll(/(\/\/[^\s?#"]*[?#])[^\s"]+/g, '$1***');
}

/**
 * The text about a node for which a command waits.
 * @param until steady ms
 */
export function landingText(until: number): string {
  return `not asked yet: an earlier request may still land here until ${new Date(until).toISOString()}`;
}

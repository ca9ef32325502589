/** Time that a busy machine may add to a bound; still well below a wait without a bound. */
export const SLACK_MS = 2000;

/** How long it took, in ms. */
export async function timed(act: () => unknown): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

import { vi } from 'vitest';

/** Until the daemon takes work over HTTP, which may be a moment after it listens for clients. */
export async function takesHttp({ opsUrl }: { readonly opsUrl: string }): Promise<void> {
  await vi.waitUntil(async () => (await fetch(`${opsUrl}/readyz`)).ok, 10_000);
}

/** The view that the address names: `/commands?state=stuck`. Links work as links do; nothing is kept but the address. */
import { computed, signal } from '@preact/signals';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const address = signal(location.pathname + location.search);

export const place = computed((): Place => {
  const { pathname, searchParams } = new URL(address.value, location.origin);
  return { path: pathname, query: searchParams };
});

/** @param isNew false: it takes the place of the present entry of the browser's history */
export function goTo(target: string, isNew = true): void {
  if (target === address.value) return;
  if (isNew) history.pushState(null, '', target);
  else history.replaceState(null, '', target);
  address.value = target;
}

/** The same view with other parameters; an empty list removes one. */
export function withQuery(changes: Readonly<Record<string, readonly string[]>>): string {
  const { path, query } = place.value;
  const changed = new URLSearchParams(query);
  for (const [name, values] of Object.entries(changes)) {
    changed.delete(name);
    for (const value of values) changed.append(name, value);
  }
  const text = changed.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Links within the page change the view without a load. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    address.value = location.pathname + location.search;
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (link === null || !isPlain || event.defaultPrevented) return;
    if (link.origin !== location.origin || link.hash !== '' || link.target !== '') return;
    if (link.pathname.startsWith('/assets/')) return;
    event.preventDefault();
    goTo(link.pathname + link.search);
  });
}

/** What a view shows in place of data that it does not have. */
import type { ComponentChildren } from 'preact';
import type { Fault } from '../data/api.ts';

export function FaultLine({ fault }: { readonly fault: Fault | undefined }) {
  if (fault === undefined || fault.kind === 'logged_out') return null;
  return (
    <p class="fault" role="alert">
      {fault.message}. {fault.hint}
    </p>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** Keeps the room of what will come. */
export function Loading() {
  return (
    <p class="empty" role="status">
      Loading…
    </p>
  );
}

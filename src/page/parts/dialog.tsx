/**
 * The question before an act: it names what the act will do. Escape and Cancel do nothing. What was done is told at
 * the foot of the page, without another click; a refusal stays in the question.
 */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fault, Outcome } from '../data/api.ts';
import { refresh } from '../data/live.ts';

export interface Question {
  /** `Retry 12 commands` */
  readonly title: string;
  /** What will happen, in sentences. */
  readonly effect: ComponentChildren;
  /** On the button that does it. */
  readonly verb: string;
  /** It gives something up, or stops something. */
  readonly isGrave?: boolean;
  /** @returns what was done, for people */
  readonly run: () => Promise<Outcome<string>>;
}

const question = signal<Question | undefined>(undefined);
/** What the last act has done; until the next question, or until it is dismissed. */
const done = signal<string | undefined>(undefined);

export function ask(asked: Question): void {
  done.value = undefined;
  question.value = asked;
}

export function Dialog() {
  const asked = question.value;
  return asked === undefined ? null : <Asked key={asked.title} asked={asked} />;
}

/** Announced by a screen reader; it takes no focus. */
export function Done() {
  return (
    <div class="done" role="status">
      {done.value !== undefined && (
        <p>
          <span>{done.value}</span>
          <button type="button" class="quiet" onClick={() => (done.value = undefined)}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}

type Progress =
  | { readonly kind: 'asking' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly fault: Fault };

function Asked({ asked }: { readonly asked: Question }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [progress, setProgress] = useState<Progress>({ kind: 'asking' });
  useEffect(() => dialog.current?.showModal(), []);
  const run = async (): Promise<void> => {
    setProgress({ kind: 'running' });
    const outcome = await asked.run();
    refresh();
    if (!outcome.ok) return setProgress({ kind: 'failed', fault: outcome.fault });
    done.value = outcome.value;
    return dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="asked"
      onClose={() => {
        question.value = undefined;
      }}
    >
      <h2 id="asked">{asked.title}</h2>
      <div class="effect">{asked.effect}</div>
      <div role="status" class="outcome">
        {progress.kind === 'running' && <p>Waiting for the daemon…</p>}
        {progress.kind === 'failed' && (
          <p class="bad">
            {progress.fault.message}. {progress.fault.hint}
          </p>
        )}
      </div>
      <form method="dialog" class="buttons">
        <button type="submit">Cancel</button>
        <button
          type="button"
          class={asked.isGrave === true ? 'grave' : 'main'}
          disabled={progress.kind === 'running'}
          onClick={() => void run()}
        >
          {asked.verb}
        </button>
      </form>
    </dialog>
  );
}

/** An answer of the daemon that a view shows, asked again with each round of `live.ts`. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Fault, read } from './api.ts';
import { round } from './live.ts';

export interface Resource<Value> {
  /** The latest good answer; undefined: none yet. */
  readonly value: Value | undefined;
  /** The path of `value`: another one was asked for meanwhile if it differs. */
  readonly path: string | undefined;
  /** Why the latest question failed. */
  readonly fault: Fault | undefined;
}

/** @param every so many rounds; 0: asked once */
export function useResource<Value>(path: string, every = 1): ReadonlySignal<Resource<Value>> {
  const resource = useMemo(
    () => signal<Resource<Value>>({ value: undefined, path: undefined, fault: undefined }),
    [],
  );
  useEffect(() => {
    let isGone = false;
    let isAsking = false;
    const ask = async (): Promise<void> => {
      if (isAsking) return;
      isAsking = true;
      const outcome = await read<Value>(path);
      isAsking = false;
      if (isGone) return;
      resource.value = outcome.ok
        ? { value: outcome.value, path, fault: undefined }
        : { ...resource.peek(), fault: outcome.fault };
    };
    const began = round.peek();
    const stop = effect(() => {
      const rounds = round.value - began;
      if (rounds === 0 || (every > 0 && rounds % every === 0)) void ask();
    });
    return () => {
      isGone = true;
      stop();
    };
  }, [path, every, resource]);
  return resource;
}

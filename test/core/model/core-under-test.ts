/** The core, as the model drives it: the real one, or a copy with a rule removed. */
import { decide } from '../../../src/core/decide.ts';
import { evolve } from '../../../src/core/evolve.ts';
import { needsSurvey } from '../../../src/core/goal.ts';
import { opposedUntil, wantedBy } from '../../../src/core/loose.ts';
import { isDurable } from '../../../src/core/model.ts';
import { openSaga } from '../../../src/core/open-saga.ts';
import { react } from '../../../src/core/react.ts';
import { isSettled } from '../../../src/core/transitions.ts';

export interface Core {
  readonly decide: typeof decide;
  readonly evolve: typeof evolve;
  readonly needsSurvey: typeof needsSurvey;
  readonly opposedUntil: typeof opposedUntil;
  readonly wantedBy: typeof wantedBy;
  readonly isDurable: typeof isDurable;
  readonly openSaga: typeof openSaga;
  readonly react: typeof react;
  readonly isSettled: typeof isSettled;
}

export const REAL_CORE: Core = {
  decide,
  evolve,
  needsSurvey,
  opposedUntil,
  wantedBy,
  isDurable,
  openSaga,
  react,
  isSettled,
};

const FILES = ['decide', 'evolve', 'goal', 'loose', 'model', 'open-saga', 'react', 'transitions'];

/** Loads a copy of `src/core`. @param folder its URL, ending in a slash */
export async function loadCore(folder: URL): Promise<Core> {
  const modules: object[] = [];
  for (const file of FILES) modules.push(await import(new URL(`${file}.ts`, folder).href));
  return Object.assign({}, ...modules) as Core;
}

/** Secrets of integrations by reference, `${file:PATH}` and `${env:NAME}`: in the way in which nodes have theirs. */
import { resolve } from 'node:path';
import {
  type Environment,
  hasReference,
  referenceFault,
  renameFiles,
  resolveSecrets,
  SecretFault,
} from '../../node/access/secret.ts';
import type { Problem } from '../problem.ts';
import { docOf, type Given } from '../settings/setting.ts';

/** Where references are looked up. */
export interface Place {
  readonly env: Environment;
  /** Relative paths begin here. */
  readonly cwd: string;
}

/** Settings that are no secrets stay as they are. */
export function resolveReferences(
  given: readonly Given[],
  place: Place,
): { readonly given: readonly Given[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const resolved = given.flatMap((one): readonly Given[] => {
    const { key, source, value } = one;
    const { secret, holdsSecret } = docOf(key);
    const isSecret = secret === true || holdsSecret === true;
    if (!isSecret || typeof value !== 'string' || !hasReference(value)) return [one];
    try {
      return [{ ...one, value: secretOf(value, place) }];
    } catch (error) {
      if (!(error instanceof SecretFault)) throw error;
      problems.push({ source, message: error.message, hint: error.hint });
      return [];
    }
  });
  return { given: resolved, problems };
}

/**
 * The secret, if it is given by reference; else the value itself.
 * @throws SecretFault
 */
export function secretOf(value: string, { env, cwd }: Place): string {
  const fault = referenceFault(value);
  if (fault !== undefined) throw new SecretFault(fault);
  return resolveSecrets(
    renameFiles(value, (path) => resolve(cwd, path)),
    env,
  ).text;
}

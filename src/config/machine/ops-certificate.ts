/** The certificate and private key of the operators' port, read and checked as a pair. */
import { readPem, secureContextOf } from '../../node/access/pem-files.ts';
import { SecretFault } from '../../node/access/secret.ts';
import type { Problem } from '../problem.ts';
import type { Settings } from '../schema.ts';
import type { Sources } from '../sources/layers.ts';

/** Certificates and private key, PEM. */
export interface OpsCertificate {
  readonly cert: string;
  readonly key: string;
}

export type ReadCertificate =
  /** `pair` undefined: none is set. */
  | { readonly ok: true; readonly pair: OpsCertificate | undefined }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Named = Pick<Settings, 'opsTlsCert' | 'opsTlsKey'>;

export function readOpsCertificate(
  { opsTlsCert, opsTlsKey }: Named,
  sources: Pick<Sources, keyof Named>,
): ReadCertificate {
  // One without the other is reported as a broken rule (`relations.ts`).
  if (opsTlsCert === undefined || opsTlsKey === undefined) return { ok: true, pair: undefined };
  const problems: Problem[] = [];
  const attempt = <Result>(place: string, act: () => Result): Result | undefined => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof SecretFault)) throw error;
      const source = place === 'tls.key' ? sources.opsTlsKey : sources.opsTlsCert;
      problems.push({ source, message: error.message, hint: error.hint });
      return undefined;
    }
  };
  const access = { url: 'https:', tls: { cert: opsTlsCert, key: opsTlsKey } };
  const { cert, key } = readPem(access, attempt) ?? {};
  if (cert === undefined || key === undefined) return { ok: false, problems };
  attempt('tls', () => secureContextOf({ cert, key }));
  return problems.length === 0 ? { ok: true, pair: { cert, key } } : { ok: false, problems };
}

/** Why a start would refuse the certificate. */
export function certificateProblems(
  settings: Named,
  sources: Pick<Sources, keyof Named>,
): readonly Problem[] {
  const read = readOpsCertificate(settings, sources);
  return read.ok ? [] : read.problems;
}

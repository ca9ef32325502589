/** The certificate of the operators' port: the files are looked at, and taken again when they change. */
import { stat } from 'node:fs/promises';
import { codeOf } from '../base/error-fields.ts';
import { fileSignature } from '../base/file-signature.ts';
import { type ReadCertificate, readOpsCertificate } from '../config/machine/ops-certificate.ts';
import type { Settings } from '../config/schema.ts';
import type { PemPair } from '../door/http/http-server.ts';
import { StartError } from '../lifecycle/thread-shell.ts';
import type { Log } from '../observe/log/log-port.ts';

/** As often as files with secrets of nodes. */
const LOOK_MS = 2000;
const SOURCES = { opsTlsCert: 'LOCKSTEP_OPS_TLS_CERT', opsTlsKey: 'LOCKSTEP_OPS_TLS_KEY' };

export type CertificateFiles = Pick<Settings, 'opsTlsCert' | 'opsTlsKey'>;

export class OpsCertificate {
  /** Undefined: plain HTTP. */
  readonly pair: PemPair | undefined;
  readonly #files: CertificateFiles;
  readonly #log: Log;
  #seen: string;

  private constructor(
    { files, log }: { files: CertificateFiles; log: Log },
    { pair, seen }: { pair: PemPair | undefined; seen: string },
  ) {
    this.#files = files;
    this.#log = log;
    this.pair = pair;
    this.#seen = seen;
  }

  /** @throws StartError if the files cannot be used, although they were judged before */
  static async open(files: CertificateFiles, log: Log): Promise<OpsCertificate> {
    const seen = await stateOfFiles(files);
    const read = readOpsCertificate(files, SOURCES);
    if (!read.ok) throw new StartError({ message: faultText(read) });
    return new OpsCertificate({ files, log }, { pair: read.pair, seen });
  }

  /** Calls `renew` with each pair that comes after; files that do not fit leave the earlier pair in use. */
  follow(renew: (pair: PemPair) => void): void {
    if (this.pair === undefined) return;
    const look = async (): Promise<void> => {
      const now = await stateOfFiles(this.#files);
      if (now !== this.#seen) this.#read(renew);
      this.#seen = now;
      this.follow(renew);
    };
    setTimeout(() => void look(), LOOK_MS).unref();
  }

  #read(renew: (pair: PemPair) => void): void {
    const read = readOpsCertificate(this.#files, SOURCES);
    if (!read.ok) {
      const effect = 'the earlier one stays in use';
      const reason = faultText(read);
      this.#log.warn("the certificate of the operators' port cannot be used", { reason, effect });
    } else if (read.pair !== undefined) {
      renew(read.pair);
      this.#log.info("the certificate of the operators' port was read again");
    }
  }
}

/** Changes whenever one of them changes. */
async function stateOfFiles({ opsTlsCert, opsTlsKey }: CertificateFiles): Promise<string> {
  const files = [opsTlsCert, opsTlsKey].filter((path) => path !== undefined);
  return (await Promise.all(files.map(stateOf))).join();
}

function faultText({ problems }: Extract<ReadCertificate, { readonly ok: false }>): string {
  return problems.map(({ source, message }) => `${source} ${message}`).join('; ');
}

function stateOf(path: string): Promise<string> {
  return stat(path).then(fileSignature, (error: unknown) => String(codeOf(error)));
}

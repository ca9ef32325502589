/** The operators' port as the settings have it: its tokens, its certificate, and its address in the run file. */
import { stat } from 'node:fs/promises';
import { codeOf, messageOf } from '../base/error-fields.ts';
import { fileSignature } from '../base/file-signature.ts';
import { type ClientList, NO_CLIENTS } from '../clients/client-list.ts';
import { WatchedList } from '../clients/watched-list.ts';
import { type ReadCertificate, readOpsCertificate } from '../config/machine/ops-certificate.ts';
import type { Settings } from '../config/schema.ts';
import { MAIN, type Threads } from '../lifecycle/threads.ts';
import type { Log } from '../observe/log/log-port.ts';
import { opsUrl, writeOpsUrl } from '../ops/address.ts';
import type { CoordinatorPort } from '../ops/coordinator-port.ts';
import type { DaemonStatus } from '../ops/daemon-status.ts';
import { keepOpsToken } from '../ops/ops-token.ts';
import { type OpsServer, startOps } from '../ops/server.ts';

/** As often as files with secrets of nodes. */
const LOOK_MS = 2000;
const SOURCES = { opsTlsCert: 'LOCKSTEP_OPS_TLS_CERT', opsTlsKey: 'LOCKSTEP_OPS_TLS_KEY' };

export interface OpsParts {
  readonly threads: Threads;
  readonly log: Log;
  readonly status: () => DaemonStatus;
  readonly questions: CoordinatorPort;
}

/** It opens before the work begins, so that operators can watch the start. */
export async function openOps(settings: Settings, parts: OpsParts): Promise<void> {
  const { opsHost: host, opsPort: port, opsNames: names = [], dataDir } = settings;
  const { threads, log, status, questions } = parts;
  const seen = await stateOfFiles(settings);
  const certificate = readOpsCertificate(settings, SOURCES);
  const address = { host, port, isSecure: settings.opsTlsCert !== undefined };
  const fail = (message: string, hint?: string): void => {
    const failure = hint === undefined ? { message } : { message, hint };
    threads.lose({ kind: 'failed', thread: MAIN, failure });
  };
  if (!certificate.ok) return fail(faultText(certificate));
  const clients = tokensOf(settings, log);
  const ask = questions.ask.bind(questions);
  try {
    const { pair } = certificate;
    const server = await startOps({ host, port, names, pair, log, status, clients, ask });
    if (pair !== undefined) followCertificate(settings, { server, seen, log });
  } catch (error) {
    return fail(
      `cannot listen on ${opsUrl(address)}: ${messageOf(error)}`,
      'Another program listens there, or it is no address of this machine: see LOCKSTEP_OPS_PORT.',
    );
  }
  try {
    writeOpsUrl(dataDir, address);
  } catch (error) {
    log.warn("the operators' address could not be saved", { error });
  }
}

/** The list whose tokens count now: the clients', or without a list the daemon's own. */
function tokensOf({ clients: path, dataDir }: Settings, log: Log): () => ClientList {
  const watched = new WatchedList({ path, log });
  watched.watch();
  const own = watched.present === undefined ? ownToken(dataDir, log) : NO_CLIENTS;
  return () => watched.present ?? own;
}

function ownToken(dataDir: string, log: Log): ClientList {
  try {
    const { path, list, replaced } = keepOpsToken(dataDir);
    if (replaced !== undefined) {
      log.warn("the token of the operators' port was replaced", { file: path, reason: replaced });
    }
    return list;
  } catch (error) {
    const effect = "the operators' port answers health and metrics only";
    log.error("the token of the operators' port could not be saved", { effect, error });
    return NO_CLIENTS;
  }
}

/**
 * Takes the files again when they change; files that do not fit leave the earlier pair in use.
 *
 * @param seen the state of the files before they were read
 */
function followCertificate(
  settings: Settings,
  { server, seen, log }: { server: OpsServer; seen: string; log: Log },
): void {
  const look = async (): Promise<void> => {
    const now = await stateOfFiles(settings);
    if (now !== seen) renewCertificate(settings, server, log);
    followCertificate(settings, { server, seen: now, log });
  };
  setTimeout(() => void look(), LOOK_MS).unref();
}

function renewCertificate(settings: Settings, server: OpsServer, log: Log): void {
  const read = readOpsCertificate(settings, SOURCES);
  if (!read.ok) {
    const effect = 'the earlier one stays in use';
    log.warn("the certificate of the operators' port cannot be used", {
      reason: faultText(read),
      effect,
    });
  } else if (read.pair !== undefined) {
    server.renew(read.pair);
    log.info("the certificate of the operators' port was read again");
  }
}

/** Changes whenever one of them changes. */
async function stateOfFiles({ opsTlsCert, opsTlsKey }: Settings): Promise<string> {
  const files = [opsTlsCert, opsTlsKey].filter((path) => path !== undefined);
  return (await Promise.all(files.map(stateOf))).join();
}

function faultText({ problems }: Extract<ReadCertificate, { readonly ok: false }>): string {
  return problems.map(({ source, message }) => `${source} ${message}`).join('; ');
}

function stateOf(path: string): Promise<string> {
  return stat(path).then(fileSignature, (error: unknown) => String(codeOf(error)));
}

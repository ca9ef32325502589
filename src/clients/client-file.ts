/**
 * The file of the list of clients. It is replaced as a whole, so that a reader sees the old list or the new one.
 *
 * Writing is for the command line (`lockstep keys`); the daemon only reads.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { readSecretFile, replaceSecretFile } from '../files/secret-file.ts';
import {
  type Client,
  type ClientList,
  clientListText,
  type ListFault,
  parseClientList,
} from './client-list.ts';

/** 1,000 clients take 0.3 MB. */
const BYTES_MAX = 1024 * 1024;
const PRIVATE_FOLDER = 0o700;

export type ReadList =
  /** `list` undefined: there is no file. */
  | { readonly ok: true; readonly list: ClientList | undefined }
  | { readonly ok: false; readonly fault: ListFault };

export function readClientFile(path: string): ReadList {
  const read = readSecretFile(path, BYTES_MAX);
  if (!read.ok) return read;
  return read.text === undefined ? { ok: true, list: undefined } : parseClientList(read.text, path);
}

/**
 * Replaces the file. Nobody else may change it meanwhile (`change-list.ts`).
 *
 * @throws the error of the file system
 */
export function writeClientFile(path: string, clients: readonly Client[]): void {
  replaceSecretFile(path, clientListText(clients));
}

/** @throws the error of the file system */
export function makeListFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
}

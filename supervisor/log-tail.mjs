/** The new lines of a log since a given time, so that a failed start shows its own lines only. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

const TAIL_BYTES = 16_384;
const TAIL_LINES = 20;

/**
 * @param {readonly string[]} files
 * @returns {ReadonlyMap<string, number>} each file and its size now
 */
export function sizesOf(files) {
  return new Map(files.map((file) => [file, sizeOf(file)]));
}

/**
 * @param {ReadonlyMap<string, number>} before
 * @returns {readonly string[]} the last lines that each file got since, under its name
 */
export function newLogs(before) {
  return [...before].flatMap(([file, start]) => {
    const lines = readFrom(file, start).trimEnd().split('\n').slice(-TAIL_LINES);
    return lines.join('') === '' ? [] : [`--- ${file}`, ...lines];
  });
}

/** @param {string} file */
function sizeOf(file) {
  return existsSync(file) ? statSync(file).size : 0;
}

/**
 * @param {string} file
 * @param {number} start
 */
function readFrom(file, start) {
  const end = sizeOf(file);
  const from = Math.max(start, end - TAIL_BYTES);
  if (from >= end) return '';
  const buffer = Buffer.alloc(end - from);
  const descriptor = openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, from));
  } finally {
    closeSync(descriptor);
  }
}

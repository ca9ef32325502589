/**
 * What a program that a test starts gets of the environment: where programs are, and what Node.js has compiled for the
 * ones before it. A daemon of five threads takes half the processor time with it (3.2 s, 1.7; November 2026).
 */
export function programEnv(): Readonly<Record<string, string>> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}

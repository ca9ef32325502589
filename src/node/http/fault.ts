/** The bytes that were read are no response, and why. */
export interface Fault {
  readonly fault: string;
  /** The response is larger than its owner takes; nothing else is wrong with it. */
  readonly isTooLarge?: true;
}

export function tooLarge(bytesMax: number): Fault {
  return { fault: `an answer of more than ${bytesMax} bytes`, isTooLarge: true };
}

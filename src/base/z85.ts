/** Z85 (https://rfc.zeromq.org/spec/32): how ZeroMQ writes keys as text. */

const DIGITS =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const BASE = DIGITS.length;
const GROUP_BYTES = 4;
const GROUP_DIGITS = 5;
const GROUP_MAX = 0xffff_ffff;

/** @param bytes their number is a multiple of 4 */
export function encodeZ85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += GROUP_BYTES) {
    let rest = view.getUint32(at);
    let group = '';
    for (let digit = 0; digit < GROUP_DIGITS; digit++) {
      group = DIGITS.charAt(rest % BASE) + group;
      rest = Math.floor(rest / BASE);
    }
    text += group;
  }
  return text;
}

/** Undefined if the text is not Z85. */
export function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % GROUP_DIGITS !== 0) return undefined;
  const bytes = new Uint8Array((text.length / GROUP_DIGITS) * GROUP_BYTES);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += GROUP_DIGITS) {
    let group = 0;
    for (const character of text.slice(at, at + GROUP_DIGITS)) {
      const digit = DIGITS.indexOf(character);
      if (digit < 0) return undefined;
      group = group * BASE + digit;
    }
    if (group > GROUP_MAX) return undefined;
    view.setUint32((at / GROUP_DIGITS) * GROUP_BYTES, group);
  }
  return bytes;
}

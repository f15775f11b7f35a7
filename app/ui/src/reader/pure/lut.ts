/** A lookup table (PS3.3 C.11.1.1.1, C.11.2.1.1): from integers on, `first` being the first; what lies outside takes the nearest entry. */
export interface Table {
  first: number;
  /** Bits of an entry, 1 to 16. */
  bits: number;
  entries: Uint16Array;
}

/** What 0 entries stand for. */
const MOST_ENTRIES = 65_536;

/**
 * A table of the three values of LUT Descriptor and of LUT Data: words, or bytes with the lower first. `signed` says
 * whether values that go in may be below 0. Null when they do not agree.
 */
export function tableOf(
  descriptor: readonly number[],
  data: readonly number[] | Uint8Array,
  signed: boolean,
): Table | null {
  const [count, from, bits] = descriptor;
  if (count === undefined || from === undefined || bits === undefined) return null;
  // 16 bits in the file, whichever way a writer has named them.
  const size = (count & 0xffff) === 0 ? MOST_ENTRIES : count & 0xffff;
  const first = signed ? (from << 16) >> 16 : from & 0xffff;
  if (!Number.isInteger(bits) || bits < 1 || bits > 16) return null;
  const entries = data instanceof Uint8Array ? fromBytes(data, size, bits) : fromWords(data, size);
  return entries && { first, bits, entries };
}

function fromWords(data: readonly number[], size: number): Uint16Array | null {
  if (data.length < size || !data.every(Number.isInteger)) return null;
  return Uint16Array.from(data.slice(0, size));
}

function fromBytes(data: Uint8Array, size: number, bits: number): Uint16Array | null {
  if (data.length >= 2 * size) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Uint16Array.from({ length: size }, (_, at) => view.getUint16(2 * at, true));
  }
  // Two entries of 8 bits in a word.
  return bits <= 8 && data.length >= size ? Uint16Array.from(data.subarray(0, size)) : null;
}

/** The entry for a value. */
export function entryOf({ first, entries }: Table, value: number): number {
  const place = Math.min(Math.max(Math.trunc(value - first), 0), entries.length - 1);
  return entries[place] ?? 0;
}

/** The first and the last value that a table tells apart. */
export function spanOf({ first, entries }: Table): [number, number] {
  return [first, first + entries.length - 1];
}

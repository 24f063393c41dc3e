/**
 * A place to put the bytes of a string together. Much faster than adding up characters; whoever
 * writes to it must be done with it before other code runs.
 */
export const BUFFER_SIZE = 8192;
// what `toString` calls in the end, without its look at the name of the encoding
export const buffer = Buffer.alloc(BUFFER_SIZE) as Buffer<ArrayBuffer> & {
  latin1Slice(from: number, to: number): string;
};
/** The same bytes, for numbers of several bytes. */
export const bufferView = new DataView(buffer.buffer, buffer.byteOffset, BUFFER_SIZE);

/** The first `n` bytes as a string. */
export function bufferText(n: number): string {
  return buffer.latin1Slice(0, n);
}

import type { Encoded } from '../codec/codec';
import type { Batch } from '../transport';

/** A frame or a payload as it will go over the wire. */
export type Written = string | readonly unknown[];

/** Writes frames into batches, and reads batches. */
export interface BatchFormat {
  /** Writes a payload, which may go into several frames. */
  payload(payload: Encoded): Written;
  /** Writes a frame, with its payload at the end. */
  frame(head: readonly unknown[], payload?: Written): Written;
  /** Gives a written frame another kind of the same form. */
  withKind(written: Written, from: string, to: string): Written;
  /** The bytes of something that is written, as far as the transport counts them. */
  sizeOf(written: Written): number;
  batch(seq: number, ack: number, frames: readonly Written[]): Batch;
  /** The elements of a batch that may be anything. `undefined` if it cannot be read. */
  read(batch: unknown): readonly unknown[] | undefined;
}

/** Batches as JSON text. `maxBatch` is the size in UTF-8 bytes above which a batch is not read. */
export function textFormat(maxBatch: number): BatchFormat {
  return {
    payload: (payload) => JSON.stringify(payload),
    frame(head, payload) {
      const text = JSON.stringify(head);
      return payload === undefined ? text : `${text.slice(0, -1)},${payload as string}]`;
    },
    withKind: (written, from, to) => `["${to}"${(written as string).slice(from.length + 3)}`,
    sizeOf: (written) => bytesOf(written as string),
    batch: (seq, ack, frames) => (frames.length === 0 ? `[${seq},${ack}]` : `[${seq},${ack},${frames.join(',')}]`),
    read(batch) {
      // The length is looked at first: text has at least as many bytes as characters.
      if (typeof batch !== 'string' || batch.length > maxBatch) return undefined;
      try {
        const read: unknown = JSON.parse(batch);
        return Array.isArray(read) ? read : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** Batches as structured data. Nobody knows the size of that, so it counts as 0. */
export const structuredFormat: BatchFormat = {
  payload: (payload) => payload,
  frame: (head, payload) => (payload === undefined ? head : [...head, payload]),
  withKind: (written, _from, to) => [to, ...(written as readonly unknown[]).slice(1)],
  sizeOf: () => 0,
  batch: (seq, ack, frames) => [seq, ack, ...frames],
  read: (batch) => (Array.isArray(batch) ? batch : undefined),
};

/** The bytes of a text in UTF-8. */
function bytesOf(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    // Two bytes up to U+07FF, else three. A pair of surrogates has two characters and four bytes.
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

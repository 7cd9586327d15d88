import type { PackedFrame, Packing } from './packing';

/** The bytes before each part of a batch, which hold its length. */
const PREFIX = 4;

/**
 * Batches are bytes: the head and each frame, packed by `pack`, each behind its length in four bytes. Parts are packed alone, since a packer
 * may number shared structures within one call.
 */
export function bytesPacking(pack: (value: unknown) => Uint8Array, unpack: (bytes: Uint8Array) => unknown): Packing {
  return {
    isStructured: false,
    overhead: (frameCount) => 64 + PREFIX * frameCount,
    pack(frame) {
      const bytes = pack(frame);
      // Packers hand out views on a buffer that they use again.
      return { data: bytes.slice(), size: bytes.length };
    },
    batch(head, frames) {
      const parts = [pack(head).slice(), ...frames.map(({ data }: PackedFrame) => data as Uint8Array)];
      const batch = new Uint8Array(parts.reduce((size, { length }) => size + PREFIX + length, 0));
      const view = new DataView(batch.buffer);
      let at = 0;
      for (const part of parts) {
        view.setUint32(at, part.length);
        batch.set(part, at + PREFIX);
        at += PREFIX + part.length;
      }
      return batch;
    },
    read(batch) {
      if (!(batch instanceof Uint8Array)) return undefined;
      const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
      const parts: unknown[] = [];
      try {
        for (let at = 0; at < batch.length; ) {
          const length = view.getUint32(at);
          at += PREFIX + length;
          if (at > batch.length) return undefined;
          parts.push(unpack(batch.subarray(at - length, at)));
        }
      } catch {
        return undefined;
      }
      const [head, ...frames] = parts;
      return Array.isArray(head) ? [...(head as unknown[]), ...frames] : undefined;
    },
  };
}

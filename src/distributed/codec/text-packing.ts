import type { Packing } from './packing';
import { utf8Length } from './utf8-length';

/** Batches are one JSON array: the numbers of the head, then the frames. */
export const textPacking: Packing = {
  isStructured: false,
  // Two brackets, numbers of at most 17 characters with their commas, and a comma for each frame.
  overhead: (frameCount) => 64 + frameCount,
  pack(frame) {
    const data = JSON.stringify(frame);
    return { data, size: utf8Length(data) };
  },
  batch(head, frames) {
    let text = `[${head.join(',')}`;
    for (const { data } of frames) text += `,${data as string}`;
    return `${text}]`;
  },
  read(batch) {
    if (typeof batch !== 'string') return undefined;
    try {
      const read: unknown = JSON.parse(batch);
      return Array.isArray(read) ? (read as unknown[]) : undefined;
    } catch {
      return undefined;
    }
  },
};

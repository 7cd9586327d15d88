import type { Batch } from '../transport';

/** A frame that is ready to go into a batch. */
export interface PackedFrame {
  /** The frame as a batch holds it. */
  readonly data: unknown;
  /** Its bytes in a batch. A structured frame has none of its own: its size is an estimate. */
  readonly size: number;
  /** Objects in it that move to the other side. */
  readonly transfer?: readonly unknown[];
}

/** Makes batches of frames. Frames are packed one by one, so that an oversize frame is refused alone. */
export interface Packing {
  /** Whether its batches are structured data, which only a structured transport can carry. */
  readonly isStructured: boolean;
  /** The bytes of a batch with this many frames, beyond the bytes of the frames. */
  overhead(frameCount: number): number;
  /** Makes a frame ready. @throws {TypeError} for a frame that cannot be packed. */
  pack(frame: readonly unknown[]): PackedFrame;
  /** Makes a batch. `head` holds a few numbers: what the link says of the batch as a whole. */
  batch(head: readonly number[], frames: readonly PackedFrame[]): Batch;
  /** Reads a batch: the head, then the frames, none of them validated. `undefined` for a batch that was not made by such a packing. It never throws. */
  read(batch: unknown): readonly unknown[] | undefined;
}

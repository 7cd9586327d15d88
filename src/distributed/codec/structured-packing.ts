import type { PackedFrame, Packing } from './packing';

/** Batches are arrays, which the transport clones: the numbers of the head, then the frames. */
export function structuredPacking(moves: (value: object) => boolean): Packing {
  return {
    isStructured: true,
    overhead: () => 64,
    pack(frame) {
      const survey = new Survey(moves);
      survey.visit(frame);
      return { data: frame, size: survey.size, transfer: survey.transfer };
    },
    batch: (head, frames) => [...head, ...frames.map(({ data }: PackedFrame) => data)],
    read: (batch) => (Array.isArray(batch) ? (batch as unknown[]) : undefined),
  };
}

/** Finds in a frame what moves, and about as many bytes as a structured clone of the rest takes. */
class Survey {
  size = 0;
  transfer: object[] | undefined;
  readonly #moves: (value: object) => boolean;
  #seen: Set<object> | undefined;

  constructor(moves: (value: object) => boolean) {
    this.#moves = moves;
  }

  visit(value: unknown): void {
    this.size += typeof value === 'string' ? 4 + value.length : 8;
    if (typeof value !== 'object' || value === null) return;
    if (this.#seen?.has(value) === true) return;
    (this.#seen ??= new Set()).add(value);
    if (Array.isArray(value) || value instanceof Set) for (const inner of value) this.visit(inner);
    else if (value instanceof Map) for (const entry of value) entry.forEach((inner) => this.visit(inner));
    else if (Object.getPrototypeOf(value) === Object.prototype) {
      for (const key of Object.keys(value)) {
        this.size += 4 + key.length;
        this.visit((value as Record<string, unknown>)[key]);
      }
    } else this.#leaf(value);
  }

  #leaf(value: object): void {
    const moving = ArrayBuffer.isView(value) && this.#moves(value.buffer) ? value.buffer : value;
    if (this.#moves(moving)) (this.transfer ??= []).push(moving);
    else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) this.size += value.byteLength;
  }
}

/** A bounded operator with `overflow: 'fail'` was full when a value came. */
export class BufferOverflowError extends Error {
  /** `'BufferOverflowError'`. */
  override readonly name: string = 'BufferOverflowError';
  /** The values that were waiting, all there is room for. */
  readonly capacity: number;

  /** Made by the operators. */
  constructor(capacity: number) {
    super(`the buffer is full: ${capacity} values wait already; raise the capacity, or choose another overflow`);
    this.capacity = capacity;
  }
}

/** A bounded operator with `overflow: 'fail'` was full when a value came. */
export class BufferOverflowError extends Error {
  /** `'BufferOverflowError'`. */
  override readonly name: string = 'BufferOverflowError';
  /** How many values were waiting: the capacity of the buffer. */
  readonly capacity: number;

  /** The operators make it. */
  constructor(capacity: number) {
    super(`the buffer is full: ${capacity} values wait already; raise the capacity, or choose another overflow`);
    this.capacity = capacity;
  }
}

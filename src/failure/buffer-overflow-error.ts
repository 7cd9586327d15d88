/** A bounded operator with `overflow: 'fail'` was full when a value came. */
export class BufferOverflowError extends Error {
  override readonly name: string = 'BufferOverflowError';
  readonly capacity: number;

  constructor(capacity: number) {
    super(`the buffer is full: ${capacity} values wait already; raise the capacity, or choose another overflow`);
    this.capacity = capacity;
  }
}

/** The record of a queued value. It says itself whether it was withdrawn, so that its slot need not be found. */
export interface Withdrawable {
  readonly withdrawn: boolean;
}

/** A chunk without a pair: it has only the slot that leads to the next one. Nothing is written to it, so all queues share it. */
const NO_CHUNK: unknown[] = [undefined];
/** The slots of the first chunk. */
const FIRST_LENGTH = 16;
/** The most slots of a chunk, unless the queue is long. An empty queue keeps one chunk, so a burst leaves at most 16 kB behind. */
const MOST_LENGTH = 2_048;
/** A queue of this size is long. Its chunks are too large for the garbage collector to move, which saves 5 ns a message. */
const LONG_SIZE = 32_768;
/** The slots of a chunk of a long queue. */
const LONG_LENGTH = 32_768;

/**
 * A FIFO of pairs of a value and its meta. A pair takes two slots of a chunk and no object. The last slot of a chunk holds the next chunk, so
 * growing copies nothing: in a ring that doubles, copies are most of the cost of a burst.
 *
 * `meta` is a small integer, or a record that can be withdrawn. A withdrawn pair is a tombstone: it is skipped when it comes to the head,
 * and all are swept when tombstones outnumber the other pairs three to one.
 */
export class ChunkedQueue<Value, Meta extends number | Withdrawable> {
  /** How many values are queued, without tombstones. */
  size = 0;
  #head: unknown[] = NO_CHUNK;
  /** The index of the head's value in its chunk. */
  #at = 0;
  #tail: unknown[] = NO_CHUNK;
  /** The index in the tail for the next value. */
  #end = 0;
  /** How many slots the tail has for pairs. */
  #room = 0;
  /** How many tombstones there are. */
  #dead = 0;
  /** The chunk that was used up last, to be used again: a queue that neither grows nor shrinks allocates nothing. */
  #spare: unknown[] | undefined;

  /** How many slots the queue holds, for the specs that show that memory is given back. */
  get length(): number {
    let length = this.#spare === undefined ? 0 : roomOf(this.#spare);
    for (let chunk: unknown[] | undefined = this.#head; chunk !== undefined; chunk = chunk[roomOf(chunk)] as typeof chunk) length += roomOf(chunk);
    return length;
  }

  push(value: Value, meta: Meta): void {
    if (this.#end === this.#room) this.#grow();
    const tail = this.#tail;
    const end = this.#end;
    tail[end] = value;
    tail[end + 1] = meta;
    this.#end = end + 2;
    this.size++;
  }

  /** The meta of the first pair that is no tombstone. To be called only if `size` is not 0. */
  headMeta(): Meta {
    if (this.#dead !== 0) this.#passDead();
    return this.#head[this.#at + 1] as Meta;
  }

  /** Takes the head out and returns its value. To be called only if `size` is not 0, and after `headMeta` if values can be withdrawn, since that skips them. */
  shift(): Value {
    const head = this.#head;
    const at = this.#at;
    const value = head[at] as Value;
    clearPair(head, at);
    if (--this.size === 0) this.#emptied();
    else this.#step(head, at);
    return value;
  }

  /** Counts a queued record that has just been withdrawn. */
  withdrawn(): void {
    this.#dead++;
    if (--this.size === 0) this.#emptied();
    else if (this.#dead > 2 * FIRST_LENGTH && this.#dead > 3 * this.size) this.#sweep();
  }

  /** Visits every pair that is no tombstone, head first. */
  forEach(visit: (value: Value, meta: Meta) => void): void {
    let chunk = this.#head;
    let at = this.#at;
    for (let left = this.size; left > 0; at += 2) {
      if (at === roomOf(chunk)) {
        chunk = chunk[at] as unknown[];
        at = 0;
      }
      const meta = chunk[at + 1] as Meta;
      if (isWithdrawn(meta)) continue;
      visit(chunk[at] as Value, meta);
      left--;
    }
  }

  #passDead(): void {
    for (;;) {
      const head = this.#head;
      const at = this.#at;
      if (!isWithdrawn(head[at + 1])) return;
      clearPair(head, at);
      this.#step(head, at);
      this.#dead--;
    }
  }

  /** Moves the head from the pair at `at` to the next one, which must exist. */
  #step(head: unknown[], at: number): void {
    const link = roomOf(head);
    if (at + 2 < link) {
      this.#at = at + 2;
      return;
    }
    this.#head = head[link] as unknown[];
    this.#at = 0;
    head[link] = undefined;
    this.#spare = head;
  }

  /** Appends a chunk: of the same length while that is enough, else of twice the length; a long one if the queue is long. */
  #grow(): void {
    const room = this.#room;
    const isLong = this.size >= LONG_SIZE;
    const isShort = this.size * 4 <= room;
    const most = isLong ? LONG_LENGTH : MOST_LENGTH;
    const length = room === 0 ? FIRST_LENGTH : isLong ? LONG_LENGTH : Math.min(isShort ? room : room * 2, MOST_LENGTH);
    const spare = this.#spare;
    let chunk: unknown[];
    if (spare !== undefined && roomOf(spare) >= length && roomOf(spare) <= most) {
      chunk = spare;
      this.#spare = undefined;
    } else chunk = new Array<unknown>(length + 1).fill(undefined);
    if (room === 0) this.#head = chunk;
    else this.#tail[room] = chunk;
    this.#tail = chunk;
    this.#end = 0;
    this.#room = roomOf(chunk);
  }

  /** The last value has left. One chunk that is not long stays; with tombstones or a long chunk everything goes. */
  #emptied(): void {
    if (this.#dead !== 0 || this.#room > MOST_LENGTH) {
      this.#clear();
      return;
    }
    this.#head = this.#tail;
    this.#at = 0;
    this.#end = 0;
    this.#spare = undefined;
  }

  /** Moves all pairs but the tombstones to new chunks. */
  #sweep(): void {
    const living: [Value, Meta][] = [];
    this.forEach((value, meta) => living.push([value, meta]));
    this.#clear();
    this.size = 0;
    for (const [value, meta] of living) this.push(value, meta);
  }

  #clear(): void {
    this.#head = this.#tail = NO_CHUNK;
    this.#at = 0;
    this.#end = 0;
    this.#room = 0;
    this.#dead = 0;
    this.#spare = undefined;
  }
}

/** How many slots a chunk has for pairs. */
function roomOf(chunk: readonly unknown[]): number {
  return chunk.length - 1;
}

/** A number was never withdrawn: it has no such property. */
function isWithdrawn(meta: unknown): boolean {
  return (meta as Partial<Withdrawable>).withdrawn === true;
}

/** Clears the slots of a pair, so that they keep nothing alive. */
function clearPair(chunk: unknown[], at: number): void {
  chunk[at] = undefined;
  chunk[at + 1] = undefined;
}

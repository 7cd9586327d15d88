/** A queued value's own record, where it has one: it says itself that it was taken back, so that nobody needs to know its slot. */
export interface Withdrawable {
  readonly withdrawn: boolean;
}

/** A chunk without a pair: it has only the slot that leads to the next one. Nothing is written to it, so all queues share it. */
const NO_CHUNK: unknown[] = [undefined];
const FIRST_LENGTH = 16;
/** No chunk is longer while the queue is not long, and one is what an emptied queue keeps: a burst leaves 16 kB behind, never more. */
const MOST_LENGTH = 2_048;
/** From here a queue is long. Its chunks are too large for the garbage collector to move: it copies no backlog, 5 ns a message. */
const LONG_SIZE = 32_768;
const LONG_LENGTH = 32_768;

/**
 * A FIFO of `[value, meta]` pairs, so a queued value costs two slots and no object, in chunks whose last slot leads to the next one:
 * growing copies nothing, which is most of what a burst costs in a ring that doubles.
 *
 * `meta` is a small integer, or a record that can be withdrawn. A withdrawn pair is a tombstone: passed over when it comes to the
 * head, and swept when tombstones outnumber the living three to one.
 */
export class ChunkedQueue<Value, Meta extends number | Withdrawable> {
  /** Values that wait, tombstones not counted. */
  size = 0;
  #head: unknown[] = NO_CHUNK;
  /** Index of the head's value in its chunk. */
  #at = 0;
  #tail: unknown[] = NO_CHUNK;
  /** Where the tail's next value goes, and how many slots its chunk has for pairs. */
  #end = 0;
  #room = 0;
  #dead = 0;
  /** The chunk that was used up last, empty: a queue in its stride takes no memory. */
  #spare: unknown[] | undefined;

  /** Slots held, for the specs that prove that memory comes back. */
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

  /** The head's meta, tombstones passed over. Only to be asked when `size` is not 0. */
  headMeta(): Meta {
    if (this.#dead !== 0) this.#passDead();
    return this.#head[this.#at + 1] as Meta;
  }

  /** Takes the head out, and answers its value. Only to be called when `size` is not 0; where values can be withdrawn, after `headMeta`. */
  shift(): Value {
    const head = this.#head;
    const at = this.#at;
    const value = head[at] as Value;
    clearPair(head, at);
    if (--this.size === 0) this.#emptied();
    else this.#step(head, at);
    return value;
  }

  /** Says that one queued record has just been withdrawn. */
  withdrawn(): void {
    this.#dead++;
    if (--this.size === 0) this.#emptied();
    else if (this.#dead > 2 * FIRST_LENGTH && this.#dead > 3 * this.size) this.#sweep();
  }

  /** Every living pair, head first. */
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

  /** From the pair at `at` to the one behind it. There is one. */
  #step(head: unknown[], at: number): void {
    if (at + 3 < head.length) {
      this.#at = at + 2;
      return;
    }
    this.#head = head[at + 2] as unknown[];
    this.#at = 0;
    head[at + 2] = undefined;
    this.#spare = head;
  }

  /** A chunk of the same length while the queue is short for it, else of twice the length; and long ones while it is long. */
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

  /** The last living value left: what tombstones or a burst held goes with it, but for one chunk that is not long. */
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

  /** Lays the living into new chunks. */
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

/** So that it keeps nothing alive. */
function clearPair(chunk: unknown[], at: number): void {
  chunk[at] = undefined;
  chunk[at + 1] = undefined;
}

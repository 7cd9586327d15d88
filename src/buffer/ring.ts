/** A queued value's own record, where it has one: it says itself that it was taken back, so that nobody needs to know its slot. */
export interface Withdrawable {
  readonly withdrawn: boolean;
}

const FIRST_LENGTH = 16;
/** What an emptied ring keeps. A burst may leave this much behind (16 kB), never more. */
const KEPT_LENGTH = 2_048;

/**
 * A FIFO in one array that wraps around: `[value, meta]` pairs, so a queued value costs two slots and no object.
 *
 * `meta` is a small integer, or a record that can be withdrawn. A withdrawn pair is a tombstone: skipped when it comes to the
 * head, swept when tombstones outnumber the living three to one or the array would have to grow.
 */
export class Ring<Value, Meta extends number | Withdrawable> {
  #slots: unknown[] = [];
  #mask = 0;
  /** Index of the head's value. */
  #head = 0;
  /** Slots in use, tombstones included: two a pair. */
  #used = 0;
  #dead = 0;

  /** Values that wait, tombstones not counted. */
  get size(): number {
    return (this.#used >> 1) - this.#dead;
  }

  /** Slots held, for the specs that prove that memory comes back. */
  get length(): number {
    return this.#slots.length;
  }

  push(value: Value, meta: Meta): void {
    if (this.#used === this.#slots.length) this.#makeRoom();
    const at = (this.#head + this.#used) & this.#mask;
    this.#slots[at] = value;
    this.#slots[at + 1] = meta;
    this.#used += 2;
  }

  /** The head's value. Only to be asked when `size` is not 0 and after `headMeta`. */
  headValue(): Value {
    return this.#slots[this.#head] as Value;
  }

  /** The head's meta, tombstones passed over. Only to be asked when `size` is not 0. */
  headMeta(): Meta {
    if (this.#dead !== 0) this.#skipDead();
    return this.#slots[this.#head + 1] as Meta;
  }

  /** Takes the head out. Only to be called after `headMeta`. */
  advance(): void {
    const head = this.#head;
    this.#slots[head] = undefined;
    this.#slots[head + 1] = undefined;
    this.#head = (head + 2) & this.#mask;
    this.#used -= 2;
    if (this.#used === this.#dead << 1) this.#emptied();
  }

  /** Says that one queued record has just been withdrawn. */
  withdrawn(): void {
    this.#dead++;
    const living = this.size;
    if (living === 0) this.#reset();
    else if (this.#used > 4 * FIRST_LENGTH && this.#used >> 1 > living * 4) this.#lay(lengthFor(living));
  }

  /** Every living pair, head first. */
  forEach(visit: (value: Value, meta: Meta) => void): void {
    for (let i = 0; i < this.#used; i += 2) {
      const at = (this.#head + i) & this.#mask;
      const meta = this.#slots[at + 1] as Meta;
      if (typeof meta === 'number' || !meta.withdrawn) visit(this.#slots[at] as Value, meta);
    }
  }

  #skipDead(): void {
    for (;;) {
      const meta = this.#slots[this.#head + 1] as Meta;
      if (typeof meta === 'number' || !meta.withdrawn) return;
      this.#dead--;
      this.#slots[this.#head] = undefined;
      this.#slots[this.#head + 1] = undefined;
      this.#head = (this.#head + 2) & this.#mask;
      this.#used -= 2;
    }
  }

  #makeRoom(): void {
    if (this.#slots.length === 0) this.#lay(FIRST_LENGTH);
    else if (this.#dead * 4 > this.#used >> 1) this.#lay(lengthFor(this.size));
    else this.#lay(this.#slots.length * 2);
  }

  /** Copies the living into a new array of `length` slots, head first. */
  #lay(length: number): void {
    const slots: unknown[] = new Array<unknown>(length).fill(undefined);
    let used = 0;
    for (let i = 0; i < this.#used; i += 2) {
      const at = (this.#head + i) & this.#mask;
      const meta = this.#slots[at + 1] as Meta;
      if (typeof meta !== 'number' && meta.withdrawn) continue;
      slots[used] = this.#slots[at];
      slots[used + 1] = meta;
      used += 2;
    }
    this.#slots = slots;
    this.#mask = length - 1;
    this.#head = 0;
    this.#used = used;
    this.#dead = 0;
  }

  /** The last living value left: what tombstones or a burst held goes with it. */
  #emptied(): void {
    if (this.#dead !== 0 || this.#slots.length > KEPT_LENGTH) this.#reset();
  }

  #reset(): void {
    this.#slots = [];
    this.#mask = 0;
    this.#head = 0;
    this.#used = 0;
    this.#dead = 0;
  }
}

/** The smallest array that leaves `pairs` pairs as much room again. */
function lengthFor(pairs: number): number {
  let length = FIRST_LENGTH;
  while (length < pairs * 4) length *= 2;
  return length;
}

/** An id is a number to the base 32; all but its last digit is written once for 32 of them. */
const DIGITS: readonly string[] = /* @__PURE__ */ Array.from('0123456789abcdefghijklmnopqrstuv');

/** The ids of a broker's messages: its name, and a number. */
export class IdSequence {
  readonly #prefix: string;
  #head: string;
  #last = 0;

  constructor(name: string) {
    this.#prefix = this.#head = `${name}:`;
  }

  next(): string {
    const id = ++this.#last;
    if ((id & 31) === 0) this.#head = this.#prefix + (id >>> 5).toString(32);
    return this.#head + (DIGITS[id & 31] as string);
  }
}

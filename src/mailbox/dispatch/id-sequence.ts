/** An id is a number to the base 32; all but its last digit is written once for 32 of them. */
const DIGITS: readonly string[] = /* @__PURE__ */ Array.from('0123456789abcdefghijklmnopqrstuv');

/**
 * The ids of a broker's messages: its name, and a number. What stands before the number is long on purpose: V8 joins strings from 13
 * characters on, and copies shorter ones, which is 8 ns of a dead letter.
 */
export class IdSequence {
  readonly #prefix: string;
  #head: string;
  #last = 0;

  constructor(name: string) {
    this.#prefix = this.#head = `${name}:message-`;
  }

  next(): string {
    const id = ++this.#last;
    if ((id & 31) === 0) this.#head = this.#prefix + (id >>> 5).toString(32);
    return this.#head + (DIGITS[id & 31] as string);
  }
}

/** Something that happens at a time, unless it is taken back. */
export interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** Time as a list of alarms. Those at one time ring together, the first that was set first. */
export class ModelClock {
  now = 0;
  readonly #alarms: Alarm[] = [];
  readonly #together: (ring: () => void) => void;

  constructor(together: (ring: () => void) => void) {
    this.#together = together;
  }

  /** Never, for `Infinity`. */
  set(after: number, ring: () => void): Alarm | undefined {
    if (after === Infinity) return undefined;
    const alarm = { at: this.now + after, ring };
    this.#alarms.push(alarm);
    return alarm;
  }

  stop(alarm: Alarm | undefined): void {
    if (alarm === undefined) return;
    const index = this.#alarms.indexOf(alarm);
    if (index >= 0) this.#alarms.splice(index, 1);
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (let next = this.#earliest(); next <= end; next = this.#earliest()) {
      this.now = next;
      this.#together(() => this.#ring());
    }
    this.now = end;
  }

  #earliest(): number {
    return this.#alarms.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  }

  #ring(): void {
    for (let due = this.#due(); due !== undefined; due = this.#due()) {
      this.stop(due);
      due.ring();
    }
  }

  #due(): Alarm | undefined {
    return this.#alarms.find(({ at }) => at <= this.now);
  }
}

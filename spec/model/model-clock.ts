/** A call at a time, unless it is taken back. */
export interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** Time as a list of alarms. Alarms of one time ring in the order in which they were set. */
export class ModelClock {
  now = 0;
  readonly #alarms: Alarm[] = [];

  /** `Infinity`: never. */
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
    for (let next = this.#earliest(); next !== undefined && next.at <= end; next = this.#earliest()) {
      this.now = next.at;
      this.stop(next);
      next.ring();
    }
    this.now = end;
  }

  #earliest(): Alarm | undefined {
    const at = Math.min(...this.#alarms.map((alarm) => alarm.at));
    return this.#alarms.find((alarm) => alarm.at === at);
  }
}

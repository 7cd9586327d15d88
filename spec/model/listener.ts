import type { Channel, Host } from './world';

/** A caller, or an observer of a stream. It may leave at any time, also while it is told something. */
export class Listener {
  closed = false;
  /** Set by the world, and called when the listener leaves. */
  onLeave: (() => void) | undefined;
  readonly #host: Host;
  readonly #channel: Channel;
  readonly #name: string;
  #left: number;

  /** The listener leaves after `take` values; 0: it stays. */
  constructor(host: Host, channel: Channel, name: string, take = 0) {
    this.#host = host;
    this.#channel = channel;
    this.#name = name;
    this.#left = take;
  }

  next(value: string): void {
    this.#tell(value);
    if (--this.#left === 0) this.leave();
  }

  complete(): void {
    this.closed = true;
    this.#tell('completed');
  }

  error(error: string): void {
    this.closed = true;
    this.#tell(`failed, ${error}`);
  }

  leave(): void {
    if (this.closed) return;
    this.closed = true;
    this.onLeave?.();
  }

  #tell(line: string): void {
    this.#host.tell(this.#channel, `${this.#name}: ${line}`);
  }
}

import type { Channel, Host } from './world';

/** One who is told something: a caller, an observer of a stream. It may leave at any time, also while it is told. */
export class Listener {
  closed = false;
  /** A world sets this, and is told by it that the listener leaves. */
  onLeave: (() => void) | undefined;
  readonly #host: Host;
  readonly #channel: Channel;
  readonly #name: string;
  #left: number;

  /** It leaves after `take` values; 0: it stays. */
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

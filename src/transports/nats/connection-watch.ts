import type { NatsConnection } from '@nats-io/nats-core';

/** Rejects what waited for an answer when the connection was lost. */
export class Disconnected extends Error {
  override readonly name = 'Disconnected';
}

/** Told by a `ConnectionWatch`. */
export interface ConnectionListener {
  connected(isUp: boolean): void;
  /** The connection was closed, and will not come back. */
  closed(): void;
  /** The server refused something: a subject that this client may not use, for instance. */
  refused(error: Error): void;
}

/** Follows the state of the user's connection. While it is down, the client drops silently what is published or requested. */
export class ConnectionWatch {
  readonly #connection: NatsConnection;
  readonly #listener: ConnectionListener;
  readonly #waiting = new Set<() => void>();
  /** What rejects the open requests. */
  readonly #open = new Set<(error: Disconnected) => void>();
  #status: { stop(): void } | undefined;
  #isUp = false;
  #isOver = false;

  constructor(connection: NatsConnection, listener: ConnectionListener) {
    this.#connection = connection;
    this.#listener = listener;
    // The client has no information of a server while it is not connected to one.
    this.#isUp = !connection.isClosed() && connection.info !== undefined;
    void this.#follow();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Ends when the connection is up, when it is closed for good, or when the watch is stopped. */
  whenUp(): Promise<void> {
    return this.#isUp || this.#isOver ? Promise.resolve() : new Promise((resolve) => void this.#waiting.add(resolve));
  }

  /** Passes on the result of a request. Rejects with `Disconnected` when the connection is lost first: the client would wait for the full timeout. */
  whileUp<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#open.add(reject);
      void work.then(resolve, reject).finally(() => this.#open.delete(reject));
    });
  }

  stop(): void {
    this.#status?.stop();
    this.#end();
  }

  async #follow(): Promise<void> {
    const statuses = this.#connection.status() as ReturnType<NatsConnection['status']> & { stop(): void };
    this.#status = statuses;
    for await (const status of statuses) {
      if (status.type === 'disconnect') this.#set(false);
      else if (status.type === 'reconnect') this.#set(true);
      else if (status.type === 'error') this.#listener.refused(status.error);
      else if (status.type === 'close') break;
    }
    if (this.#isOver) return;
    this.#set(false);
    this.#end();
    this.#listener.closed();
  }

  #set(isUp: boolean): void {
    if (this.#isUp === isUp || this.#isOver) return;
    this.#isUp = isUp;
    if (isUp) this.#wake();
    else this.#lose();
    this.#listener.connected(isUp);
  }

  #end(): void {
    this.#isOver = true;
    this.#wake();
    this.#lose();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #lose(): void {
    for (const reject of this.#open) reject(new Disconnected('the connection to the NATS server was lost'));
    this.#open.clear();
  }
}

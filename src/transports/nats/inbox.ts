import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import type { Batch } from '../../distributed/transport';
import type { Subjects } from './subjects';

/** The status of a message that the server sends in place of one that nobody listens to. */
const NOBODY = 503;

/** Told by an `Inbox`. */
export interface InboxEvents {
  /** A node sent a batch or a probe. A probe is answered if the result is true. */
  isHeard(from: string): boolean;
  batch(from: string, batch: string | Uint8Array): void;
  /** A node has answered a probe. */
  answered(node: string): void;
  /** The server says that nobody listens to the inbox of a node. */
  absent(node: string): void;
}

/** Sends batches and probes to the inboxes of other nodes, and receives what comes to that of this node. A probe is an empty message. */
export class Inbox {
  readonly #connection: NatsConnection;
  readonly #subjects: Subjects;
  readonly #self: string;
  readonly #events: InboxEvents;
  #subscriptions: readonly Subscription[] = [];

  constructor(connection: NatsConnection, subjects: Subjects, self: string, events: InboxEvents) {
    this.#connection = connection;
    this.#subjects = subjects;
    this.#self = self;
    this.#events = events;
  }

  open(): void {
    const inbox = this.#subscribe(this.#subjects.inbox(this.#self), (message) => this.#receive(message));
    this.#subscriptions = [inbox, this.#subscribe(this.#subjects.echoes(this.#self), (message) => this.#hear(message))];
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  /** Sends a batch; an empty one is a probe. False if the client refuses it. */
  send(to: string, batch: Exclude<Batch, readonly unknown[]>): boolean {
    try {
      this.#connection.publish(this.#subjects.inbox(to), batch, { reply: this.#subjects.echo(this.#self, to, typeof batch === 'string') });
      return true;
    } catch {
      // The connection was closed, or the server that it has now takes smaller messages only.
      return false;
    }
  }

  #subscribe(subject: string, receive: (message: Msg) => void): Subscription {
    return this.#connection.subscribe(subject, {
      callback: (error, message) => {
        // The watch of the connection is told of errors.
        if (error === null) this.#guarded(() => receive(message));
      },
    });
  }

  #receive(message: Msg): void {
    const echo = this.#subjects.readEcho(message.reply);
    if (echo === undefined || echo.other !== this.#self || !this.#events.isHeard(echo.node)) return;
    if (message.data.length === 0) message.respond();
    else this.#events.batch(echo.node, echo.isText ? message.string() : message.data);
  }

  #hear(message: Msg): void {
    const echo = this.#subjects.readEcho(message.subject);
    if (echo === undefined) return;
    if (message.headers?.code === NOBODY) this.#events.absent(echo.other);
    else this.#events.answered(echo.other);
  }

  /** An error that escaped into the client would end the user's connection. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }
}

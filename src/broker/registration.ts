import type { Unsubscribable } from 'rxjs';
import type { MailboxCore } from '../mailbox/mailbox-core';
import type { ActorId } from '../message/actor-id';

/** An actor's place in a broker. Unsubscribing it unregisters the actor; idempotent, so it can be added to a Subscription. */
export interface Registration extends Unsubscribable {
  readonly id: ActorId;
  /** Whether the actor has been unregistered, in whatever way. */
  readonly closed: boolean;
  /** Resolves when the id is held for certain: in memory at once. Never an unhandled rejection. */
  readonly ready: Promise<void>;
}

/** Whoever can end a registration: its registrar. */
export interface RegistrationEnder {
  end(core: MailboxCore): void;
}

/** A registration in memory. */
export class LocalRegistration implements Registration {
  readonly #core: MailboxCore;
  #ender: RegistrationEnder | undefined;
  readonly #id: string;

  constructor(ender: RegistrationEnder, core: MailboxCore, id: string) {
    this.#ender = ender;
    this.#core = core;
    this.#id = id;
  }

  get id(): ActorId {
    return this.#id as ActorId;
  }

  get closed(): boolean {
    return this.#ender === undefined;
  }

  get ready(): Promise<void> {
    return Promise.resolve();
  }

  unsubscribe(): void {
    this.#ender?.end(this.#core);
  }

  /** The actor is unregistered; there is nothing left to end. */
  over(): void {
    this.#ender = undefined;
  }
}

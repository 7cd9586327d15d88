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
  end(core: MailboxCore, life: number): void;
}

/** A registration in memory. */
export class LocalRegistration implements Registration {
  readonly id: ActorId;
  readonly #ender: RegistrationEnder;
  readonly #core: MailboxCore;
  /** Which of its mailbox's registrations this is. */
  readonly #life: number;

  constructor(ender: RegistrationEnder, core: MailboxCore, id: string, life: number) {
    this.id = id as ActorId;
    this.#ender = ender;
    this.#core = core;
    this.#life = life;
  }

  get closed(): boolean {
    return this.#core.lives !== this.#life;
  }

  get ready(): Promise<void> {
    return Promise.resolve();
  }

  unsubscribe(): void {
    this.#ender.end(this.#core, this.#life);
  }
}

import type { MailboxCore } from '../kernel/mailbox-core';
import type { ActorId } from '../message/actor-id';
import type { Registration } from '../message/registration';

/** Ends registrations: a registrar. */
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
  #ready: Promise<void> | undefined;
  declare readonly [Symbol.dispose]: () => void;

  constructor(ender: RegistrationEnder, core: MailboxCore) {
    this.id = core.id as ActorId;
    this.#ender = ender;
    this.#core = core;
    this.#life = core.lives;
  }

  get closed(): boolean {
    return this.#core.lives !== this.#life;
  }

  get ready(): Promise<void> {
    return (this.#ready ??= Promise.resolve());
  }

  /** `ready` waits for `start`, whose rejection is never an unhandled one. */
  waitFor(start: Promise<void>): void {
    this.#ready = start;
    start.catch(() => undefined);
  }

  unsubscribe(): void {
    this.#ender.end(this.#core, this.#life);
  }
}

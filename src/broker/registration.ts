import type { MailboxCore } from '../kernel/mailbox-core';
import type { ActorId } from '../message/actor-id';
import type { Registration } from '../message/registration';

/** The part of the registrar that a registration calls. */
export interface RegistrationEnder {
  end(core: MailboxCore, life: number): void;
}

/** A registration in memory. */
export class LocalRegistration implements Registration {
  readonly id: ActorId;
  // These fields are not `#private`, since Vue wraps objects in proxies.
  private readonly ender: RegistrationEnder;
  private readonly core: MailboxCore;
  /** The number of this registration among those of its mailbox: `MailboxCore.lives`. */
  private readonly life: number;
  private start: Promise<void> | undefined;
  declare readonly [Symbol.dispose]: () => void;

  constructor(ender: RegistrationEnder, core: MailboxCore) {
    this.id = core.id as ActorId;
    this.ender = ender;
    this.core = core;
    this.life = core.lives;
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get closed(): boolean {
    return this.core.lives !== this.life;
  }

  get ready(): Promise<void> {
    return (this.start ??= Promise.resolve());
  }

  /** Makes `ready` wait for `start`. A rejection of `start` is never an unhandled one. */
  waitFor(start: Promise<void>): void {
    this.start = start;
    start.catch(() => undefined);
  }

  unsubscribe(): void {
    this.ender.end(this.core, this.life);
  }
}

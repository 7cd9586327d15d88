import type { SchedulerLike, Subscription } from 'rxjs';
import { ChunkedQueue } from '../../buffer/chunked-queue';
import type { MailboxCore } from '../mailbox-core';
import { READY } from '../state/flags';
import type { Dispatch } from './dispatch';
import { macrotask } from './macrotask';

/** The mailboxes that are ready to run in one place: on the sender's stack, or on one scheduler. They take turns. */
export class RunQueue {
  readonly dispatch: Dispatch;
  /** `null`: on the sender's stack. */
  readonly scheduler: SchedulerLike | null;
  #ready: ChunkedQueue<MailboxCore, number> | undefined;
  #action: Subscription | undefined;
  #suspended = false;

  constructor(dispatch: Dispatch, scheduler: SchedulerLike | null) {
    this.dispatch = dispatch;
    this.scheduler = scheduler;
  }

  get isEmpty(): boolean {
    return this.#ready === undefined || this.#ready.size === 0;
  }

  /** It goes on in a macrotask, and not before. */
  get isSuspended(): boolean {
    return this.#suspended;
  }

  /** Lines a mailbox up, unless it stands in line already. */
  add(core: MailboxCore): void {
    if ((core.flags & READY) !== 0) return;
    this.#lineUp(core);
    if (this.scheduler === null) this.dispatch.await();
    else this.#schedule(this.scheduler);
  }

  /** Lines a mailbox up again whose visit was cut off, and goes on in a macrotask; there a scheduler is asked again. */
  suspend(core: MailboxCore): void {
    // It may have lined up during its visit.
    if ((core.flags & READY) === 0) this.#lineUp(core);
    const { scheduler } = this;
    if (scheduler === null) {
      this.dispatch.suspend();
      return;
    }
    this.#suspended = true;
    // Asked for by those who lined up meanwhile: it would come in a microtask, and give way to nobody.
    this.close();
    macrotask(() => {
      this.#suspended = false;
      if (!this.isEmpty) this.#schedule(scheduler);
    });
  }

  /** The next in line that has not moved elsewhere. */
  take(): MailboxCore | undefined {
    while (!this.isEmpty) {
      const core = (this.#ready as ChunkedQueue<MailboxCore, number>).shift();
      if (core.runQueue !== this) continue;
      core.flags &= ~READY;
      return core;
    }
    return undefined;
  }

  #lineUp(core: MailboxCore): void {
    core.flags |= READY;
    (this.#ready ??= new ChunkedQueue()).push(core, 0);
  }

  /** Asks the scheduler for a drain, unless one is asked for. */
  #schedule(scheduler: SchedulerLike): void {
    if (this.#suspended || this.#action !== undefined) return;
    // A scheduler may run its work at once, and then the subscription comes after the fact.
    let ran = false;
    const drain = (): void => {
      ran = true;
      this.#suspended = false;
      this.#forgetAction();
      this.dispatch.drainScheduled(this);
    };
    try {
      const action = scheduler.schedule(drain);
      if (ran) return;
      this.#action = action;
      this.dispatch.asks(this, true);
    } catch (error) {
      // As `animationFrameScheduler` does where there are no frames: what is in line must not wait for ever.
      this.dispatch.journal.callbackFailed('the dispatcher, in whose place a macrotask drains,', error);
      this.#suspended = true;
      macrotask(drain);
    }
  }

  /** Takes back what was asked of the scheduler. */
  close(): void {
    this.#action?.unsubscribe();
    this.#forgetAction();
  }

  #forgetAction(): void {
    this.#action = undefined;
    this.dispatch.asks(this, false);
  }
}

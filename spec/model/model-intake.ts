import type { ModelCore } from './model-core';
import type { ModelEnds } from './model-ends';
import { LOWEST_FIRST, type ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';

/** How a mailbox takes a message: rules M1 to M3. */
export class ModelIntake {
  readonly #core: ModelCore;
  readonly #ends: ModelEnds;

  constructor(core: ModelCore, ends: ModelEnds) {
    this.#core = core;
    this.#ends = ends;
  }

  /**
   * Counts a message as sent, and offers it to its actor. `isOutermost`: an idle mailbox takes it without a `queued` event. Returns `taken`, or
   * why it was refused.
   */
  send(message: ModelMessage, isOutermost: boolean): string {
    const { journal, actors } = this.#core;
    const mailbox = message.target === undefined || message.isRefused ? undefined : actors.get(message.target);
    message.makesNoLetter = journal.isTellingLetter;
    if (message.isRequest) this.#core.asks.add(message);
    journal.sent(message, this.#core.onStack);
    if (this.#core.refuses(message.parent)) {
      this.#ends.lose(message, 'BrokerClosed', mailbox);
      return 'BrokerClosed';
    }
    if (message.isRefused) {
      this.#ends.refuse(message);
      return 'Rejected';
    }
    if (mailbox === undefined) {
      this.#ends.lose(message, 'ActorNotFound');
      return 'ActorNotFound';
    }
    const code = this.#offer(message, mailbox, isOutermost);
    if (code !== undefined) this.#ends.lose(message, code, mailbox);
    return code ?? 'taken';
  }

  #offer(message: ModelMessage, mailbox: ModelMailbox, isOutermost: boolean): string | undefined {
    if (mailbox.isClosed) return 'ActorStopped';
    if (mailbox.isIdle && isOutermost) {
      mailbox.push(message);
      message.whenTaken?.();
      this.#core.dispatcher.lineUpAtOnce(mailbox);
      return undefined;
    }
    if (mailbox.isFull) this.#sweep(mailbox);
    if (!mailbox.isFull) {
      this.#queue(message, mailbox);
      return undefined;
    }
    return this.#overflow(message, mailbox);
  }

  #overflow(message: ModelMessage, mailbox: ModelMailbox): string | undefined {
    switch (mailbox.spec.overflow) {
      case 'fail':
        return 'MailboxFull';
      case 'drop-newest':
        return 'Dropped';
      case 'drop-oldest':
        return this.#replace(message, mailbox);
      case 'block':
        return this.#wait(message, mailbox);
    }
  }

  #queue(message: ModelMessage, mailbox: ModelMailbox): void {
    mailbox.push(message);
    mailbox.highWaterMark = Math.max(mailbox.highWaterMark, mailbox.queue.length);
    this.#core.journal.event('queued', message);
    mailbox.pressure.next(`${mailbox.level}`);
    message.whenTaken?.();
    this.#core.dispatcher.lineUp(mailbox);
  }

  #replace(message: ModelMessage, mailbox: ModelMailbox): string | undefined {
    const victim = mailbox.victimFor(message.priority);
    if (victim === undefined) return 'Dropped';
    mailbox.takeOut(victim);
    this.#queue(message, mailbox);
    this.#ends.lose(victim, 'Dropped', mailbox);
    return undefined;
  }

  #wait(message: ModelMessage, mailbox: ModelMailbox): string | undefined {
    if (!message.asked || !mailbox.mayWait) return 'MailboxFull';
    message.state = 'waiting';
    message.mailbox = mailbox;
    mailbox.waiting.push(message);
    this.#core.journal.event('queued', message, ', waiting');
    return undefined;
  }

  /** M3: drops expired messages at the heads of a full queue. Waiting messages get their places, and may have expired, too. */
  #sweep(mailbox: ModelMailbox): void {
    const { now } = this.#core.clock;
    for (let hasFound = true; hasFound; ) {
      hasFound = false;
      for (const priority of LOWEST_FIRST) {
        for (let head = mailbox.head(priority); head !== undefined && mailbox.isExpired(head, now); head = mailbox.head(priority)) {
          hasFound = true;
          mailbox.remove(head);
          this.#ends.lose(head, 'Expired', mailbox);
          mailbox.admit();
          mailbox.pressure.next(`${mailbox.level}`);
        }
      }
    }
  }
}

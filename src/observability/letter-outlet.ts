import { LETTING_KNOW } from '../mailbox/state/flags';
import type { BrokerEvent } from './broker-event';
import type { DeadLetter } from './dead-letter';
import { type Listener, Outlet } from './outlet';

/**
 * Where dead letters are told: to those who observe events, then to those who observe letters, as one (rule D2). Meanwhile a failure
 * that they cause makes no letter (rule O4).
 */
export class LetterOutlet extends Outlet<DeadLetter> {
  /** Whose flag says that they are told. */
  dispatch!: { flags: number };
  readonly #events: Outlet<BrokerEvent>;

  constructor(events: Outlet<BrokerEvent>) {
    super();
    this.#events = events;
  }

  override next(letter: DeadLetter): void {
    this.dispatch.flags |= LETTING_KNOW;
    try {
      if (this.#events.observed) this.#events.next({ kind: 'dead-lettered', letter, at: letter.at });
      super.next(letter);
    } finally {
      this.dispatch.flags &= ~LETTING_KNOW;
    }
  }

  /** The same for one alone. */
  nextTo(letter: DeadLetter, listener: Listener<DeadLetter>): void {
    this.dispatch.flags |= LETTING_KNOW;
    try {
      listener.next(letter);
    } finally {
      this.dispatch.flags &= ~LETTING_KNOW;
    }
  }
}

import type { BrokerEvent } from './broker-event';
import type { DeadLetter } from './dead-letter';
import { Outlet } from './outlet';

/**
 * Where dead letters are told: to those who observe events, then to those who observe letters, as one (rule D2). Meanwhile a failure
 * that they cause makes no letter (rule O4).
 */
export class LetterOutlet extends Outlet<DeadLetter> {
  isTelling = false;
  readonly #events: Outlet<BrokerEvent>;

  constructor(events: Outlet<BrokerEvent>) {
    super();
    this.#events = events;
  }

  override next(letter: DeadLetter): void {
    this.isTelling = true;
    try {
      if (this.#events.observed) this.#events.next({ kind: 'dead-lettered', letter, at: letter.at });
      super.next(letter);
    } finally {
      this.isTelling = false;
    }
  }
}

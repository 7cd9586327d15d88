import type { DeadLetter } from '../../message/dead-letter';
import type { MessageBroker } from '../../message/message-broker';
import { BrokerTestProbe, type MessageMatcher } from '../../testing/broker-test-probe';
import { describeMessage } from '../../testing/describe-message';
import { matches } from '../../testing/matches';

/** A `BrokerTestProbe` to which the test says which dead letters it expects. */
export class BrokerProbe extends BrokerTestProbe {
  /** The broker that it records. */
  readonly broker: MessageBroker;
  readonly #expected = new Set<DeadLetter>();

  /** @throws {TypeError} for anything but a broker. */
  constructor(broker: MessageBroker) {
    super(broker);
    this.broker = broker;
  }

  /**
   * Returns the first dead letter that matches and was not expected before. It does not fail the test any more.
   *
   * @throws {Error} if there is none, with the letters that there are.
   */
  expectDeadLetter(matcher: MessageMatcher<DeadLetter>): DeadLetter {
    const letters = this.deadLetters().filter((letter) => !this.#expected.has(letter));
    const letter = letters.find((candidate) => matches(candidate, matcher));
    if (letter === undefined) throw new Error(`expected a dead letter, saw ${letters.length === 0 ? 'none' : letters.map(describeLetter).join(', ')}`);
    this.#expected.add(letter);
    return letter;
  }

  /** The dead letters that the test did not expect, without those of a `send`, whose caller has the error. */
  unexpectedDeadLetters(): readonly DeadLetter[] {
    return this.deadLetters().filter((letter) => !letter.asked && !this.#expected.has(letter));
  }
}

/** Describes a dead letter for the text of an error. */
export function describeLetter({ error, message, reason, target, topic }: DeadLetter): string {
  return `${describeMessage(message)} to '${target ?? topic ?? 'nobody'}': ${reason}${reason === 'HandlerFailed' ? ` (${String(error)})` : ''}`;
}

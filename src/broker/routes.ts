import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { laneOf } from '../message/priority';
import type { RoutingKey } from '../message/routing-key';
import type { SendResult } from '../message/send-result';
import type { DeadLetter } from '../observability/dead-letter';
import type { Ledger } from '../observability/ledger';
import type { Router } from '../routing/router';
import { type AskContext, type Details, propertiesOf, recordOf } from './ask';
import type { Teller } from './teller';
import type { Topics } from './topics';

/** Finds an actor for a message that names a topic (rule T2), and for a letter that is sent again (rule O4). */
export class Routes {
  readonly #dispatch: Dispatch;
  readonly #ledger: Ledger;
  readonly #topics: Topics;
  readonly #router: Router;

  constructor({ dispatch, ledger }: AskContext, topics: Topics, router: Router) {
    this.#dispatch = dispatch;
    this.#ledger = ledger;
    this.#topics = topics;
    this.#router = router;
  }

  /** The id that the router picks, or the error of why there is none, which is counted. `asked`: somebody waits for it. */
  find(key: RoutingKey, message: unknown, details: Details, asked: boolean): string | BrokerError {
    this.#dispatch.settleFanOut();
    const picked = this.#pick(key, message);
    if (typeof picked !== 'string') this.#countUnrouted(message, details, asked);
    return picked;
  }

  #pick(key: RoutingKey, message: unknown): string | BrokerError {
    const { topic } = key;
    const { list, ids } = this.#topics.targetsOf(topic);
    if (list.length === 0) return new BrokerError('RoutingFailed', `no open actor is bound to ${describeValue(topic)}; bind one first`);
    let picked: unknown;
    try {
      picked = this.#router.route(key, list, message);
    } catch (cause) {
      return new BrokerError('RoutingFailed', `the router threw for ${describeValue(topic)}`, { cause });
    }
    if (ids.has(picked)) return picked as string;
    return new BrokerError('RoutingFailed', `the router picked ${describeValue(picked)} for ${describeValue(topic)}, which is not a target`);
  }

  #countUnrouted(message: unknown, details: Details, asked: boolean): void {
    const record = recordOf(this.#dispatch, message, details.lane, propertiesOf(details), null);
    record.asked = asked;
    // An open request for as long as its observers are told that it was sent.
    if (asked) this.#dispatch.requests++;
    this.#dispatch.within(() => {
      const known = this.#dispatch.prepare(null, message, record, undefined);
      this.#dispatch.pending++;
      this.#ledger.sent(record, message);
      this.#dispatch.pending--;
      if (asked) this.#dispatch.requests--;
      this.#ledger.failed('NoRoute', undefined, message, known);
    });
  }

  /** Sends a letter again, to where it was lost; one that had no route is routed anew. */
  redeliver(letter: DeadLetter, teller: Teller): SendResult | { readonly ok: false; readonly code: 'NoRoute' } {
    const { message, topic } = letter;
    const details = againAs(letter);
    const id = letter.target ?? this.find({ topic: topic as string }, message, details, false);
    return typeof id === 'string' ? teller.tellRecord(id, recordOf(this.#dispatch, message, details.lane, propertiesOf(details), null)) : { ok: false, code: 'NoRoute' };
  }
}

/** A letter as the message it was, once more. */
function againAs({ priority, headers, topic, attempts }: DeadLetter): Details {
  return { lane: laneOf(priority), options: { headers }, topic, attempt: attempts + 1 };
}

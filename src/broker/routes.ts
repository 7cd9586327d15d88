import type { Subscriber } from 'rxjs';
import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';
import { Absent } from '../kernel/absent';
import type { Recipient } from '../kernel/task';
import type { DeadLetter } from '../message/dead-letter';
import { laneOf } from '../message/priority';
import type { RoutingKey } from '../message/routing-key';
import type { Resent } from '../observability/letter-box';
import type { Router } from '../routing/router';
import { type Asking, askWith } from './ask';
import type { BrokerSystem } from './broker-system';
import { tellFound } from './tell';
import type { Topics } from './topics';

/** Finds an actor for a message that names a topic (rule T2), and for a letter that is sent again (rule O4). */
export class Routes {
  readonly #system: BrokerSystem;
  readonly #topics: Topics;
  readonly #router: Router;

  constructor(system: BrokerSystem, topics: Topics, router: Router) {
    this.#system = system;
    this.#topics = topics;
    this.#router = router;
  }

  /**
   * The actor that the router picks, or an `Absent` with the error if there is no route. The router is user code, so it is called before the
   * step.
   */
  pick(key: RoutingKey, message: unknown): Recipient {
    const system = this.#system;
    system.dispatcher.unfold();
    if (system.refuses(null)) return new Absent(system, undefined);
    const { list, ids } = this.#topics.targetsOf(key.topic);
    const topic = describeValue(key.topic);
    if (list.length === 0) return unrouted(system, `no open actor is bound to ${topic}; bind one first`);
    let picked: unknown;
    try {
      picked = this.#router.route(key, list, message);
    } catch (cause) {
      return unrouted(system, `the router threw for ${topic}`, { cause });
    }
    return ids.has(picked) ? system.recipient(picked as string) : unrouted(system, `the router picked ${describeValue(picked)} for ${topic}, which is not a target`);
  }

  /** Asks the actor that the router picks. */
  ask(key: RoutingKey, message: unknown, asking: Asking, subscriber: Subscriber<unknown>): void {
    askWith(this.#system, undefined, message, asking, subscriber, (passed) => this.pick(key, passed));
  }

  /**
   * Sends a letter's message again to its actor. A letter that had no route is routed again. The letter of a broadcast that an interceptor
   * refused has neither an actor nor a topic, so there is no route for it.
   */
  redeliver({ attempts, headers, message, priority, target, topic }: DeadLetter): Resent {
    const system = this.#system;
    const details = { headers, topic, attempt: attempts + 1, isBroadcast: false };
    const find = (passed: unknown): Recipient => {
      if (target !== undefined) return system.recipient(target);
      return topic === undefined ? new Absent(system, undefined, { code: 'NoRoute' }) : this.pick({ topic }, passed);
    };
    return tellFound(system, { kind: 'tell', message, details, target }, laneOf(priority), find);
  }
}

/** A recipient for a message that has no route. */
function unrouted(system: BrokerSystem, reason: string, options?: ErrorOptions): Recipient {
  return new Absent(system, undefined, { code: 'NoRoute', error: new BrokerError('RoutingFailed', reason, options) });
}

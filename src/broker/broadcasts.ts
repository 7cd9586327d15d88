import { Observable } from 'rxjs';
import { BROADCAST } from '../kernel/details';
import { Outlet } from '../kernel/outlet';
import type { Recipient, Task } from '../kernel/task';
import type { ActorId } from '../message/actor-id';
import { NORMAL_LANE } from '../message/lane';
import type { BroadcastOptions } from '../message/send-options';
import type { BroadcastResult } from '../message/send-result';
import { askRecipient } from './ask';
import type { BrokerSystem } from './broker-system';
import { announcementTo, castTo, tellTargets } from './cast';
import { detailsOf } from './details-of';
import { Gathering } from './gathering';
import type { Registry } from './registry';
import { tellWith } from './tell';
import { isCalledOff, untilAborted } from './until-aborted';

/** Says which actors get a broadcast. `undefined`: all. */
export type Filter = ((id: ActorId) => boolean) | undefined;

/** Sends messages to all actors, or to those that a filter lets through (rule R3). */
export class Broadcasts {
  /** Every broadcast message, for observers that are no actors. */
  readonly outlet: Outlet<unknown> = new Outlet();
  readonly #system: BrokerSystem;
  readonly #registry: Registry;

  constructor(system: BrokerSystem, registry: Registry) {
    this.#system = system;
    this.#registry = registry;
  }

  /** Asks every target, and emits one result for each. */
  ask(given: unknown, filter: Filter, lane: number, options: BroadcastOptions = {}): Observable<BroadcastResult<any>> {
    const { order, signal, timeout = this.#system.requestTimeout } = options;
    return new Observable((subscriber) => {
      if (isCalledOff(subscriber, signal)) return;
      const system = this.#system;
      const { dispatcher } = system;
      dispatcher.unfold();
      const givenDetails = detailsOf(options, null, undefined, true);
      const passed = system.pass({ kind: 'broadcast', message: given, details: givenDetails });
      const { message } = passed;
      if (passed.refusal !== undefined) {
        askRecipient(system, passed.refusal, message, givenDetails, { lane, options }, subscriber);
        return;
      }
      let targets: readonly Recipient[];
      try {
        targets = this.#registry.targets(filter);
      } catch (error) {
        subscriber.error(error);
        return;
      }
      // An interceptor or the filter may have aborted the signal.
      if (isCalledOff(subscriber, signal)) return;
      const count = this.#registry.countOf(targets, filter);
      const gathering = new Gathering(system, subscriber, order === 'settled', count);
      subscriber.add(gathering);
      if (signal !== undefined) subscriber.add(untilAborted(signal, gathering));
      const details = system.outgoing(message, passed.details);
      const cast = { targets, count, message, lane, details, placeFor: (task: Task) => gathering.placeFor(task), timeout };
      const send = (): unknown => castTo(system, cast, this.announcementOf(message), 'broadcast');
      if (count > 0) {
        send();
        gathering.startTimers();
      } else {
        dispatcher.step(() => {
          send();
          dispatcher.add(() => gathering.endIfComplete());
        });
      }
    });
  }

  /** Tells every target. Returns how many took the message. Throws what the filter throws. */
  tell(given: unknown, filter: Filter): number {
    const system = this.#system;
    system.dispatcher.unfold();
    const { message, details, refusal } = system.pass({ kind: 'broadcast', message: given, details: BROADCAST });
    if (refusal !== undefined) {
      tellWith(system, refusal, message, NORMAL_LANE, details, null);
      return 0;
    }
    const sent = system.outgoing(message, details);
    const targets = this.#registry.targets(filter);
    return tellTargets(system, targets, this.#registry.countOf(targets, filter), message, NORMAL_LANE, sent, this.announcementOf(message), 'broadcast');
  }

  /** Tells a message to the observers of `broadcasts$`. */
  announcementOf(message: unknown): (() => void) | undefined {
    return announcementTo(this.#system, this.outlet.listeners(), message);
  }
}

import type { Signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { map } from 'rxjs';
import type { ActorId } from '../message/actor-id';
import { type InjectorOption, inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';

/**
 * How full the mailbox of an actor is, as a signal: queued messages / capacity, 0 to 1. It is 0 for an unbounded mailbox, and while no actor has
 * this id. It follows the actor's events, so messages to this actor take a slower way while this injector lives.
 *
 * ```ts
 * class Upload { readonly pressure = injectPressure(uploads); }
 * // <button [disabled]="pressure() > 0.9">Upload</button>
 * ```
 *
 * @throws {TypeError} for a bad id or option.
 */
export function injectPressure(id: ActorId, options?: InjectorOption): Signal<number> {
  return inInjector(options, () => {
    const broker = injectMessageBroker();
    const pressure = (): number => {
      const metrics = broker.mailboxMetrics(id);
      return metrics ? metrics.size / metrics.capacity : 0;
    };
    return toSignal(broker.eventsOf(id).pipe(map(pressure)), { initialValue: pressure() });
  });
}

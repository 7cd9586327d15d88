import { NgZone, type Signal, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Observable } from 'rxjs';
import type { BrokerMetrics } from '../message/broker-metrics';
import { type InjectorOption, inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';
import { injectIsServer } from './is-server';

/**
 * The broker in numbers, as a signal that is renewed every `metricsInterval` milliseconds while this injector lives. Its timer stands outside of
 * Angular's zone, so the application still becomes stable. On a server it is one snapshot.
 *
 * ```ts
 * class Status { readonly metrics = injectBrokerMetrics(); }
 * // {{ metrics().pending }} messages wait
 * ```
 */
export function injectBrokerMetrics(options?: InjectorOption): Signal<BrokerMetrics> {
  return inInjector(options, () => {
    const broker = injectMessageBroker();
    if (injectIsServer()) return signal(broker.metrics()).asReadonly();
    const zone = inject(NgZone);
    const outside$ = new Observable<BrokerMetrics>((subscriber) => zone.runOutsideAngular(() => broker.metrics$.subscribe(subscriber)));
    return toSignal(outside$, { requireSync: true });
  });
}

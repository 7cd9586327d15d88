import { NgZone, type Signal, inject } from '@angular/core';
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
    const zone = inject(NgZone);
    const isServer = injectIsServer();
    const outside$ = new Observable<BrokerMetrics>((subscriber) => (isServer ? undefined : zone.runOutsideAngular(() => broker.metrics$.subscribe(subscriber))));
    return toSignal(outside$, { initialValue: broker.metrics() });
  });
}

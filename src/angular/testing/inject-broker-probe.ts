import { TestBed } from '@angular/core/testing';
import { MESSAGE_BROKER } from '../inject-message-broker';
import type { BrokerProbe } from './broker-probe';
import { BROKER_PROBE } from './provide-message-broker-testing';

/**
 * The probe of the broker that `provideMessageBrokerTesting` provides. It may be called anywhere in a test. It has recorded every message since
 * the broker was made.
 *
 * ```ts
 * fixture.nativeElement.querySelector('button').click();
 * injectBrokerProbe().expectMessage(cart, Cart.add({ sku: 'a' }));
 * ```
 *
 * @throws {Error} if `provideMessageBrokerTesting()` stands before `provideMessageBroker()`, which then has the last word.
 * @throws `NG0201` without `provideMessageBrokerTesting()`.
 */
export function injectBrokerProbe(): BrokerProbe {
  const probe = TestBed.inject(BROKER_PROBE);
  if (TestBed.inject(MESSAGE_BROKER) !== probe.broker) {
    throw new Error('the application has another broker than the probe: provideMessageBrokerTesting() must come after provideMessageBroker()');
  }
  return probe;
}

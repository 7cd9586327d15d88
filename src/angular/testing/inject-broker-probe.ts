import { TestBed } from '@angular/core/testing';
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
 * @throws `NG0201` without `provideMessageBrokerTesting()`.
 */
export function injectBrokerProbe(): BrokerProbe {
  return TestBed.inject(BROKER_PROBE);
}

import { DestroyRef, type EnvironmentProviders, InjectionToken, inject, makeEnvironmentProviders } from '@angular/core';
import type { BrokerOptions } from '../../broker/broker-options';
import type { DeadLetter } from '../../message/dead-letter';
import { createMessageBroker } from '../create-message-broker';
import { MESSAGE_BROKER } from '../inject-message-broker';
import type { MessageBrokerFeature } from '../message-broker-feature';
import { BrokerProbe, describeLetter } from './broker-probe';

/** The token of the probe. `injectBrokerProbe()` injects it. */
export const BROKER_PROBE: InjectionToken<BrokerProbe> = /* @__PURE__ */ new InjectionToken<BrokerProbe>('BROKER_PROBE, which provideMessageBrokerTesting() provides');

/**
 * Provides a broker for one test, with a probe. It replaces `provideMessageBroker`, if it comes after that. It writes no dead letters: one that
 * nobody expected fails the test when `TestBed` is reset, after the test. `injectBrokerProbe().expectDeadLetter(…)` expects one. Letters of a
 * `send` do not count, since their caller has the error, and neither do messages that actors of the application have queued when the test ends.
 * `TestBed` destroys components first, so a message that the actor of a component has queued or runs then is a letter (`ActorNotFound`).
 *
 * ```ts
 * TestBed.configureTestingModule({ providers: [...appConfig.providers, provideMessageBrokerTesting()] });
 * ```
 */
export function provideMessageBrokerTesting(options?: BrokerOptions, ...features: readonly MessageBrokerFeature[]): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: BROKER_PROBE, useFactory: () => probedBroker({ logDeadLetters: false, ...options }, features) },
    { provide: MESSAGE_BROKER, useFactory: () => inject(BROKER_PROBE).broker },
    ...features.flatMap(({ providers }) => providers ?? []),
  ]);
}

/** Makes the broker and its probe. */
function probedBroker(options: BrokerOptions, features: readonly MessageBrokerFeature[]): BrokerProbe {
  const destroyRef = inject(DestroyRef);
  let letters: readonly DeadLetter[] = [];
  // Read before the broker closes. The error is thrown by the last teardown, since one that throws stops those after it.
  destroyRef.onDestroy(() => (letters = probe.unexpectedDeadLetters()));
  const probe = new BrokerProbe(createMessageBroker(options, features));
  destroyRef.onDestroy(() => {
    if (letters.length === 0) return;
    throw new Error(`the test did not expect these dead letters: ${letters.map(describeLetter).join(', ')}. injectBrokerProbe().expectDeadLetter() expects one`);
  });
  return probe;
}

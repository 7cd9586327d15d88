import { it } from 'vitest';
import { BROADCAST_LAWS } from './broker/broadcast-laws';
import type { BrokerLaw, BrokerTraits, CreateBroker } from './broker/broker-under-law';
import { CANCELLING_LAWS } from './broker/cancelling-laws';
import { CLOSING_LAWS } from './broker/closing-laws';
import { ERROR_LAWS } from './broker/error-laws';
import { HOOK_LAWS } from './broker/hook-laws';
import { INTERCEPTOR_LAWS } from './broker/interceptor-laws';
import { OBSERVING_LAWS } from './broker/observing-laws';
import { OFFER_LAWS } from './broker/offer-laws';
import { PRIORITY_LAWS } from './broker/priority-laws';
import { REFUSAL_LAWS } from './broker/refusal-laws';
import { REGISTRY_LAWS } from './broker/registry-laws';
import { REPLY_LAWS } from './broker/reply-laws';
import { SENDING_LAWS } from './broker/sending-laws';
import { TELLING_LAWS } from './broker/telling-laws';
import { TIME_LAWS } from './broker/time-laws';
import { TOPIC_LAWS } from './broker/topic-laws';

export const BROKER_LAWS: readonly BrokerLaw[] = [
  ...SENDING_LAWS,
  ...OFFER_LAWS,
  ...INTERCEPTOR_LAWS,
  ...REPLY_LAWS,
  ...CANCELLING_LAWS,
  ...TIME_LAWS,
  ...REFUSAL_LAWS,
  ...PRIORITY_LAWS,
  ...BROADCAST_LAWS,
  ...TOPIC_LAWS,
  ...REGISTRY_LAWS,
  ...HOOK_LAWS,
  ...ERROR_LAWS,
  ...OBSERVING_LAWS,
  ...TELLING_LAWS,
  ...CLOSING_LAWS,
];

/** The words for a missing trait, after "has no". */
const TRAITS: Readonly<Record<keyof BrokerTraits, string>> = {
  synchronous: 'synchronous calls',
  oneProcess: 'process of its own',
  virtualTime: 'virtual time',
};

/**
 * Registers the laws of a `MessageBroker`. `name` continues "a broker": "with a dispatcher". A law that needs a trait that the broker does
 * not have is shown as skipped.
 */
export function messageBrokerLaws(name: string, create: CreateBroker, traits: Partial<BrokerTraits> = {}): void {
  const has: BrokerTraits = { synchronous: true, oneProcess: true, virtualTime: true, ...traits };
  for (const law of BROKER_LAWS) {
    const missing = law.needs.filter((trait) => !has[trait]);
    if (missing.length > 0) console.log(`Law skipped: a broker ${name} has no ${missing.map((trait) => TRAITS[trait]).join(', no ')}, which this needs: ${law.name}`);
    it.skipIf(missing.length > 0)(`${name}: ${law.name}`, async () => law.check(create));
  }
}

import { it } from 'vitest';
import { BROADCAST_LAWS } from './broker/broadcast-laws';
import type { BrokerLaw, BrokerTraits, CreateBroker } from './broker/broker-under-law';
import { CANCELLING_LAWS } from './broker/cancelling-laws';
import { CLIENT_LAWS } from './broker/client-laws';
import { CLOSING_LAWS } from './broker/closing-laws';
import { ERROR_LAWS } from './broker/error-laws';
import { HOOK_LAWS } from './broker/hook-laws';
import { INTERCEPTOR_LAWS } from './broker/interceptor-laws';
import { OBSERVING_LAWS } from './broker/observing-laws';
import { OFFER_LAWS } from './broker/offer-laws';
import { PAUSING_LAWS } from './broker/pausing-laws';
import { PRIORITY_LAWS } from './broker/priority-laws';
import { REFUSAL_LAWS } from './broker/refusal-laws';
import { REGISTRY_LAWS } from './broker/registry-laws';
import { REPLY_LAWS } from './broker/reply-laws';
import { SENDING_LAWS } from './broker/sending-laws';
import { SPREAD_LAWS } from './broker/spread-laws';
import { STATE_LAWS } from './broker/state-laws';
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
  ...PAUSING_LAWS,
  ...BROADCAST_LAWS,
  ...TOPIC_LAWS,
  ...STATE_LAWS,
  ...REGISTRY_LAWS,
  ...CLIENT_LAWS,
  ...HOOK_LAWS,
  ...ERROR_LAWS,
  ...OBSERVING_LAWS,
  ...TELLING_LAWS,
  ...CLOSING_LAWS,
  ...SPREAD_LAWS,
];

/** The words for a missing trait, after "has no". */
const TRAITS: Readonly<Record<keyof BrokerTraits, string>> = {
  synchronous: 'synchronous calls',
  identity: 'identity of objects',
  mailboxAnswers: 'answers of mailboxes',
  oneLedger: 'ledger of all nodes',
  oneOrder: 'order of all nodes',
  oneRegistry: 'registry of all nodes',
  sendersNode: 'node of the sender',
  virtualTime: 'virtual time',
};

/** What a broker in one process has. */
const ALL: BrokerTraits = {
  ...{ synchronous: true, identity: true, mailboxAnswers: true, oneLedger: true, oneOrder: true, oneRegistry: true, sendersNode: true, virtualTime: true },
};

/**
 * Registers the laws of a `MessageBroker`. `name` continues "a broker": "with a dispatcher". A law that needs a trait that the broker does
 * not have is shown as skipped, and told with the count of all that are.
 */
export function messageBrokerLaws(name: string, create: CreateBroker, traits: Partial<BrokerTraits> = {}): void {
  const has: BrokerTraits = { ...ALL, ...traits };
  const skipped: string[] = [];
  for (const law of BROKER_LAWS) {
    const missing = law.needs.filter((trait) => !has[trait]);
    if (missing.length > 0) skipped.push(`  no ${missing.map((trait) => TRAITS[trait]).join(', no ')}: ${law.name}`);
    it.skipIf(missing.length > 0)(`${name}: ${law.name}`, async () => law.check(create));
  }
  if (skipped.length > 0) console.log([`A broker ${name}: ${skipped.length} of ${BROKER_LAWS.length} laws are skipped, since it has`, ...skipped].join('\n'));
}

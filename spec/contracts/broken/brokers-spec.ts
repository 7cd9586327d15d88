import { describe, expect, it } from 'vitest';
import { withReplies } from '../broker/in-memory-nodes';
import { brokenLaws } from '../law';
import { BROKER_LAWS } from '../message-broker-laws';
import { BROADCAST_FLAWS } from './broker/broadcast-flaws';
import { type Members, brokerFlaw, withHandlers, withHooks, withSendOptions, withSpawnOptions } from './broker/broker-flaw';
import { CLOSING_FLAWS, withStreams } from './broker/closing-flaws';
import { ERROR_FLAWS } from './broker/error-flaws';
import { HOOK_FLAWS } from './broker/hook-flaws';
import { INTERCEPTOR_FLAWS } from './broker/interceptor-flaws';
import { OFFER_FLAWS } from './broker/offer-flaws';
import { PAUSING_FLAWS } from './broker/pausing-flaws';
import { REGISTRY_FLAWS } from './broker/registry-flaws';
import { REPLY_FLAWS } from './broker/reply-flaws';
import { SENDING_FLAWS } from './broker/sending-flaws';
import { SPREAD_FLAWS } from './broker/spread-flaws';
import { STATE_FLAWS } from './broker/state-flaws';
import { TELLING_FLAWS } from './broker/telling-flaws';
import { TOPIC_FLAWS } from './broker/topic-flaws';
import { lawsFindFlaws } from './flaw';

const same = <T>(what: T): T => what;

describe('the broker laws', () => {
  it.each<[what: string, members: (broker: any) => Members]>([
    ['replies', (broker) => withReplies(broker, same)],
    ['handlers', (broker) => withHandlers(broker, same)],
    ['hooks', (broker) => withHooks(broker, same)],
    ['options', (broker) => ({ ...withSendOptions(broker, same), ...withSpawnOptions(broker, same) })],
    ['streams', (broker) => withStreams(broker, same)],
  ])('find nothing in a broker whose %s are handed on as they are', async (_what, members) => {
    expect(await brokenLaws(BROKER_LAWS, brokerFlaw('none', [], members).subject)).toEqual([]);
  });

  lawsFindFlaws(BROKER_LAWS, [
    ...[...SENDING_FLAWS, ...OFFER_FLAWS, ...INTERCEPTOR_FLAWS, ...REPLY_FLAWS, ...BROADCAST_FLAWS, ...TOPIC_FLAWS],
    ...[...PAUSING_FLAWS, ...STATE_FLAWS, ...SPREAD_FLAWS],
    ...[...REGISTRY_FLAWS, ...HOOK_FLAWS, ...ERROR_FLAWS, ...TELLING_FLAWS, ...CLOSING_FLAWS],
  ]);
});

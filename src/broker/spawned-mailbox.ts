import { checkCount, checkOptions } from '../failure/check';
import type { Consumer } from '../mailbox/actor/consumer';
import { attach } from '../mailbox/consumer-life';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { MailboxCore } from '../mailbox/mailbox-core';
import { resolveMailbox } from '../mailbox/mailbox-options';
import type { BrokerSettings } from './broker-options';
import type { SpawnOptions } from './spawn-options';

const CAPACITY = 1_000;

/** The mailbox that `spawn` makes for a consumer. @throws {TypeError | RangeError} for an option out of its range. */
export function spawnedMailbox(dispatch: Dispatch, { mailbox }: BrokerSettings, consumer: Consumer, options: SpawnOptions | undefined): MailboxCore {
  checkOptions(options);
  const { capacity = CAPACITY } = options ?? {};
  checkCount(capacity, 'capacity');
  const settings = resolveMailbox(options, mailbox);
  const core = new MailboxCore(capacity, settings, dispatch.queueFor(settings.dispatcher));
  attach(core, consumer.handler, consumer.actor);
  return core;
}

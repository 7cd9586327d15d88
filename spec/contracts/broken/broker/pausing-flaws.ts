import { type ActorId, type Mailbox, actorId } from 'rx-broker';
import { type BrokerFlaw, brokerFlaw } from './broker-flaw';

/** Brokers with a flaw in what they do about a mailbox that is paused. */
export const PAUSING_FLAWS: readonly BrokerFlaw[] = [
  brokerFlaw('refuses what is for a paused mailbox', ['a paused actor takes'], (broker) => {
    const mailboxes = new Map<ActorId, Mailbox>();
    return {
      register: (id: ActorId, mailbox: Mailbox, options: any) => {
        mailboxes.set(id, mailbox);
        return broker.register(id, mailbox, options);
      },
      trySend: (id: ActorId, message: unknown, options: any) => broker.trySend(mailboxes.get(id)?.isPaused === true ? actorId('nobody at all') : id, message as never, options),
    };
  }),
  brokerFlaw('resumes a mailbox that is registered again', ['stays paused'], (broker) => ({
    register: (id: ActorId, mailbox: Mailbox, options: any) => {
      const registration = broker.register(id, mailbox, options);
      mailbox.resume();
      return registration;
    },
  })),
];

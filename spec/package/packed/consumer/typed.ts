// What compiles for a user of the package, and what must not (rule S6). Checked with every TypeScript that is supported.
import {
  type ActorId,
  InMemoryMessageBroker,
  Mailbox,
  Message,
  type MessageBroker,
  type MessageOf,
  type ReplyOf,
  type SendResult,
  actorId,
  message,
  protocol,
  topic,
} from 'rx-broker';
import { boundedBuffer, boundedConcatMap, ofMessage } from 'rx-broker/operators';
import { BrokerTestProbe } from 'rx-broker/testing';
import { Observable, Subject, of } from 'rxjs';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `check<Same<A, B>>()` compiles only if they are one type. */
declare function check<Proof extends true>(): Proof;

const Account = protocol('account', {
  getBalance: message<{ accountId: string }, number>(),
  deposit: message<{ accountId: string; amount: number }>(),
});
type AccountMessage = MessageOf<typeof Account>;

class GetName extends Message<string> {
  constructor(readonly id: number) {
    super();
  }
}

interface Ping extends Message<Date> {
  readonly type: 'ping';
}

export function use(broker: MessageBroker, probe: BrokerTestProbe): void {
  const accounts = actorId<AccountMessage>('accounts');
  const names = actorId<GetName>('names');
  const pings = actorId<Ping | { readonly type: 'note'; readonly text: string }>('pings');

  const balance = broker.send(accounts, Account.getBalance({ accountId: 'a' }));
  check<Same<typeof balance, Observable<number>>>();
  const name = broker.send(names, new GetName(1));
  check<Same<typeof name, Observable<string>>>();
  const pong = broker.send(pings, { type: 'ping' });
  check<Same<typeof pong, Observable<Date>>>();
  const noted = broker.send(pings, { type: 'note', text: 'hello' });
  check<Same<typeof noted, Observable<void>>>();
  check<Same<ReplyOf<GetName>, string>>();
  const told: SendResult = broker.trySend(accounts, Account.deposit({ accountId: 'a', amount: 1 }));
  if (!told.ok) console.log(told.code, told.error.message);

  // @ts-expect-error a message that its actor does not accept
  broker.send(accounts, new GetName(1));
  // @ts-expect-error a message that has a reply
  broker.trySend(accounts, Account.getBalance({ accountId: 'a' }));
  // @ts-expect-error a payload of another type
  Account.deposit({ accountId: 'a', amount: '1' });
  // @ts-expect-error a reply read as another type
  const wrong: Observable<string> = broker.send(accounts, Account.getBalance({ accountId: 'a' }));
  // @ts-expect-error an actor that accepts something else
  const other: ActorId<GetName> = accounts;
  console.log(wrong, other);

  broker.spawn(accounts, Account, {
    getBalance: ({ accountId }, context) => accountId.length + context.envelope.attempt,
    deposit: ({ amount }) => console.log(amount.toFixed(2)),
  });
  // @ts-expect-error a reply of another type
  broker.spawn(accounts, Account, { getBalance: () => 'none', deposit: () => undefined });
  // @ts-expect-error a message without a handler
  broker.spawn(accounts, Account, { deposit: () => undefined });
  broker.spawn(names, ({ id }) => of(`name ${id}`));

  const mailbox = Mailbox.bounded<GetName>(10, { overflow: 'drop-oldest' });
  broker.register(names, mailbox);
  of(new GetName(1)).subscribe(mailbox);
  // @ts-expect-error a mailbox for other messages
  broker.register(accounts, mailbox);
  // @ts-expect-error an overflow strategy that does not exist
  Mailbox.bounded(10, { overflow: 'drop-all' });

  const prices = topic<{ readonly price: number }>('prices.eur');
  broker.publish(prices, { price: 1 });
  broker.topic$(prices).subscribe(({ price }) => console.log(price.toFixed(2)));
  // @ts-expect-error what the topic does not carry
  broker.publish(prices, { price: '1' });

  const source = new Subject<AccountMessage>();
  source.pipe(ofMessage(Account.deposit)).subscribe(({ amount }) => console.log(amount.toFixed(2)));
  source.pipe(boundedConcatMap(({ accountId }) => of(accountId), { capacity: 10 })).subscribe((id) => console.log(id.length));
  source.pipe(boundedBuffer(10)).subscribe(({ value, release }) => {
    console.log(value.accountId);
    release();
  });

  const seen: boolean = probe.assertSent(accounts, 1);
  console.log(seen);
}

export const broker: MessageBroker = new InMemoryMessageBroker({ requestTimeout: 1_000 });

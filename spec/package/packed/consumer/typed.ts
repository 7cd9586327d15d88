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
  actorClient,
  actorId,
  message,
  protocol,
  topic,
  topicPattern,
  topicState,
} from 'rx-broker';
import { boundedBuffer, boundedConcatMap, ofMessage, publishTo, requestFrom } from 'rx-broker/operators';
import { BrokerTestProbe } from 'rx-broker/testing';
import { Observable, Subject, of } from 'rxjs';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `check<Same<A, B>>()` compiles only if they are one type. */
declare function check<Proof extends true>(): Proof;

export const Account = protocol('account', {
  getBalance: message<{ accountId: string }, number>(),
  deposit: message<{ accountId: string; amount: number }>(),
});
type AccountMessage = MessageOf<typeof Account>;

const Reset = protocol('reset', { all: message() });

class GetName extends Message<string> {
  constructor(readonly id: number) {
    super();
  }
}

// A library that exports these emits declarations, in which every type has to have a name.
export const ledger = actorId<AccountMessage>('ledger');
export const deposits: Mailbox<AccountMessage> = Mailbox.bounded(1);
export const backlog = Mailbox.bounded<AccountMessage>(10);
export const deposit = (amount: number) => Account.deposit({ accountId: 'a', amount });
export const isDeposit = ofMessage(Account.deposit);
export const asked = (broker: MessageBroker) => broker.send(ledger, Account.getBalance({ accountId: 'a' }));
export const refOf = (broker: MessageBroker) => broker.ref(ledger);
export const accountsOf = actorId(Account, 'accounts');
export const clientOf = (broker: MessageBroker) => actorClient(broker, accountsOf, Account);
export const allPrices = topicPattern<{ readonly price: number }>('prices.*');
export const rateOf = (broker: MessageBroker) => topicState(broker, topic<number>('rate'), 1);
export const balances = (broker: MessageBroker) => requestFrom(broker, ledger, { capacity: 1 });

interface Ping extends Message<Date> {
  readonly type: 'ping';
}

export function use(broker: MessageBroker, probe: BrokerTestProbe): void {
  const accounts = actorId<AccountMessage>('accounts');
  const names = actorId<GetName>('names');
  const pings = actorId<Ping | { readonly type: 'note'; readonly text: string }>('pings');

  const balance = broker.send(accounts, Account.getBalance({ accountId: 'a' }));
  check<Same<typeof balance, Observable<number>>>();
  const clicks = protocol('clicks', { click: message<{ type: 'mouse'; x: number } | { type: 'key'; code?: string }, number>() });
  const clicked = clicks.click({ type: 'mouse', x: 1 });
  check<Same<(typeof clicked)['type'], 'clicks.click'>>();
  const answered = broker.send(actorId<MessageOf<typeof clicks>>('clicks'), clicked);
  check<Same<typeof answered, Observable<number>>>();
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
  broker.spawn(names, ({ id }) => `name ${id}`, { capacity: 10 });
  // @ts-expect-error a reply of another type, with options
  broker.spawn(names, () => 1, { capacity: 10 });
  // @ts-expect-error an option of another type
  broker.spawn(names, () => 'name', { capacity: '10' });
  // @ts-expect-error an option that does not exist
  broker.spawn(names, () => 'name', { capcity: 10 });
  // @ts-expect-error a second argument that is no protocol's handlers
  Mailbox.bounded<GetName>(1).receive(() => 'name', {});
  const everything = actorId<AccountMessage | Ping>('everything');
  // @ts-expect-error a protocol without a message for all that its actor accepts
  broker.spawn(everything, Account, { getBalance: () => 1, deposit: () => undefined });
  // @ts-expect-error a creator that was not called
  broker.send(accounts, Account.getBalance);
  // @ts-expect-error a creator that was not called
  broker.trySend(actorId<MessageOf<typeof Reset>>('reset'), Reset.all);

  const mailbox = Mailbox.bounded<GetName>(10, { overflow: 'drop-oldest' });
  broker.register(names, mailbox);
  of(new GetName(1)).subscribe(mailbox);
  // @ts-expect-error a mailbox for other messages
  broker.register(accounts, mailbox);
  // @ts-expect-error a mailbox for only some of the messages
  broker.register(actorId<GetName | Ping>('some'), mailbox);
  // @ts-expect-error an overflow strategy that does not exist
  Mailbox.bounded(10, { overflow: 'drop-all' });

  const prices = topic<{ readonly price: number }>('prices.eur');
  broker.publish(prices, { price: 1 });
  broker.topic$(prices).subscribe(({ price }) => console.log(price.toFixed(2)));
  // @ts-expect-error what the topic does not carry
  broker.publish(prices, { price: '1' });
  const passedOn = of(1).pipe(publishTo(broker, 'plain.topic'));
  check<Same<typeof passedOn, Observable<number>>>();
  const narrow = of({ price: 1, at: 2 }).pipe(publishTo(broker, prices));
  check<Same<typeof narrow, Observable<{ price: number; at: number }>>>();
  // @ts-expect-error what the topic does not carry
  of({ price: '1' }).pipe(publishTo(broker, prices));

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

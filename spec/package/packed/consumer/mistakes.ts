// The mistakes that are made most. Each has, in front of it, the first line of what every supported compiler says of it; `…` is any text.
import { Mailbox, Message, type MessageBroker, type MessageOf, type SpawnOptions, actorClient, actorId, message, protocol, topic, topicPattern } from 'rx-broker';

const Account = protocol('account', {
  balance: message<{ id: string }, number>(),
  deposit: message<{ id: string; cents: number }>(),
  close: message(),
});
class GetName extends Message<string> {}

const account = actorId(Account);
const both = actorId<MessageOf<typeof Account> | GetName>('both');
const names = actorId<GetName>('names');
const numbers = actorId<number>('numbers');
const price = topic<{ price: number }>('prices.eur');
const prices = topicPattern<{ price: number }>('prices.*');
const handlers = { balance: () => 1, deposit: () => {}, close: () => {} };

export function wrongOptions(broker: MessageBroker): void {
  // @ts-expect-error Type '"drop"' is not assignable to type 'Overflow | undefined'.
  broker.spawn(names, () => 'Ada', { overflow: 'drop' });
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  broker.spawn(names, { receive: () => 'Ada' }, { capacity: '10' });
  // @ts-expect-error Type '"drop"' is not assignable to type 'Overflow | undefined'.
  broker.spawn(account, Account, handlers, { overflow: 'drop' });
  // @ts-expect-error Object literal may only specify known properties, but 'capcity' does not exist in type '…'. Did you mean to write 'capacity'?
  broker.spawn(names, () => 'Ada', { capcity: 10 });
  // @ts-expect-error Object literal may only specify known properties, but 'onstart' does not exist in type '…'. Did you mean to write 'onStart'?
  broker.spawn(account, Account, handlers, { onstart: () => {} });
  // @ts-expect-error Type '"oldest"' is not assignable to type 'Overflow | undefined'.
  const options: SpawnOptions = { overflow: 'oldest' };
  console.log(options);
}

export function wrongMessages(broker: MessageBroker): void {
  // @ts-expect-error Type '"account.lost"' is not assignable to type '…"account.deposit"…'…
  broker.send(account, { type: 'account.lost' }).subscribe();
  // @ts-expect-error Argument of type 'GetName' is not assignable to parameter of type '…ProtocolMessage<…'.
  broker.send(account, new GetName()).subscribe();
  // @ts-expect-error Argument of type '{ type: "account.deposit"; id: string; }' is not assignable to parameter of type '…ProtocolMessage<…'.
  broker.send(account, { type: 'account.deposit', id: 'a' }).subscribe();
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  broker.send(numbers, 'one').subscribe();
  // @ts-expect-error Argument of type 'GetName' is not assignable to parameter of type '…ProtocolMessage<…'.
  broker.trySend(account, new GetName());
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  Account.deposit({ id: 'a', cents: '1' });
}

export function untellable(broker: MessageBroker): void {
  // @ts-expect-error Argument of type 'ProtocolMessage<"account.balance", …>' is not assignable to parameter of type '{ readonly 'this message has a reply: use send()': never; }'.
  broker.trySend(account, Account.balance({ id: 'a' }));
  // @ts-expect-error … 'GetName' … '{ readonly 'this message has a reply: use send()': never; }'.
  broker.trySend(names, new GetName());
  // @ts-expect-error Property 'balance' does not exist on type '…'.
  actorClient(broker, account, Account).tell.balance({ id: 'a' });
}

export function wrongHandlers(broker: MessageBroker, mailbox: Mailbox<MessageOf<typeof Account>>): void {
  // @ts-expect-error Type 'string' is not assignable to type 'number | …'.
  broker.spawn(account, Account, { balance: () => 'none', deposit: () => {}, close: () => {} });
  // @ts-expect-error Type 'Promise<string>' is not assignable to type 'number | …'.
  broker.spawn(account, Account, { balance: () => Promise.resolve('none'), deposit: () => {}, close: () => {} });
  // @ts-expect-error Type 'string' is not assignable to type 'number | …'.
  mailbox.receive(Account, { balance: () => 'none', deposit: () => {}, close: () => {} });
  // @ts-expect-error … '{ balance: () => number; deposit: () => void; }' … 'HandlersOf<…>'.
  broker.spawn(account, Account, { balance: () => 1, deposit: () => {} });
  // @ts-expect-error … 'Protocol<"account", …>' … '{ readonly 'no handler for': GetName; }'.
  broker.spawn(both, Account, handlers);
  // @ts-expect-error Argument of type '() => number' is not assignable to parameter of type '…Handler<…'.
  broker.spawn(names, () => 5);
}

export function wrongPublications(broker: MessageBroker): void {
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  broker.publish(price, { price: '1' });
  // @ts-expect-error Object literal may only specify known properties, and 'cost' does not exist in type '{ price: number; }'.
  broker.publish(price, { cost: 1 });
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  broker.publish({ topic: price, priority: 'high' }, { price: '1' });
  // @ts-expect-error Argument of type 'TopicPattern<{ price: number; }>' is not assignable to parameter of type '…TopicName…'.
  broker.publish(prices, { price: 1 });
}

// What compiles, and what does not: checked by `npm run types`, and never run.
import { Message, type MessageBroker, type SendError, actorId, message, protocol, topic, topicPattern } from 'rx-broker';
import { BrokerProvider, useActor, useBroker, useRequest, useTopic } from 'rx-broker/react';
import type { ReactNode } from 'react';

const Account = protocol('account', {
  balance: message<{ id: string }, number>(),
  deposit: message<{ id: string; cents: number }>(),
});
class GetName extends Message<string> {}

const account = actorId(Account);
const names = actorId<GetName>('names');
const numbers = actorId<number>('numbers');
const cart = topic<{ readonly items: number }>('cart');

export function Topics(): ReactNode {
  const { items } = useTopic(cart, { items: 0 });
  const exact: number = items;
  // @ts-expect-error An initial value is missing.
  useTopic(cart);
  // @ts-expect-error Another initial value.
  useTopic(cart, { items: '0' });
  // @ts-expect-error A pattern has no state.
  useTopic(topicPattern<{ readonly items: number }>('cart.*'), { items: 0 });
  // @ts-expect-error The value is read-only.
  useTopic(cart, { items: 0 }).items = 1;
  return exact;
}

export function Actors(): ReactNode {
  const ref = useActor(account, Account, { balance: ({ id }) => id.length, deposit: ({ cents }) => cents }, { capacity: 5, onStop: () => {} });
  ref.trySend(Account.deposit({ id: 'a', cents: 1 }));
  useActor(names, () => 'Ada', { capacity: 5 });
  useActor(names, { receive: () => 'Ada' });
  // @ts-expect-error A message that has a reply is told.
  ref.trySend(Account.balance({ id: 'a' }));
  // @ts-expect-error The reply is a number.
  useActor(account, Account, { balance: () => 'none', deposit: () => {} });
  // @ts-expect-error A handler is missing.
  useActor(account, Account, { balance: () => 1 });
  // @ts-expect-error The handlers are missing.
  useActor(account, Account);
  // @ts-expect-error The reply is a string.
  useActor(names, () => 5);
  // @ts-expect-error Not all that the actor accepts.
  useActor(actorId<GetName | number>('both'), Account, { balance: () => 1, deposit: () => {} });
  // @ts-expect-error An unknown option.
  useActor(account, Account, { balance: () => 1, deposit: () => {} }, { capcity: 5 });
  return null;
}

export function Requests({ id }: { readonly id: string | undefined }): ReactNode {
  const balance = useRequest(account, Account.balance({ id: 'a' }), { timeout: 5 }, [id]);
  const maybe = useRequest(account, id === undefined ? undefined : Account.balance({ id }));
  const name = useRequest(names, new GetName());
  const value: number | undefined = maybe.value;
  if (balance.status === 'success') {
    const reply: number = balance.value;
    // @ts-expect-error The reply is a number.
    const text: string = balance.value;
    console.log(reply, text, balance.error satisfies undefined);
  } else if (balance.status === 'error') {
    console.log((balance.error as SendError).code, balance.value satisfies undefined);
  } else {
    console.log(balance.isPending satisfies boolean, balance.status satisfies 'idle' | 'pending');
  }
  // @ts-expect-error The value may be missing.
  const certain: string = name.value;
  // @ts-expect-error A message that the actor does not accept.
  useRequest(names, Account.balance({ id: 'a' }));
  // @ts-expect-error A message that the actor does not accept.
  useRequest(numbers, 'one');
  // @ts-expect-error An id is missing in the payload.
  useRequest(account, Account.balance({}));
  // @ts-expect-error An unknown option.
  useRequest(names, new GetName(), { timout: 5 });
  balance.reload();
  return [value, certain];
}

export function Provided({ broker }: { readonly broker: MessageBroker }): ReactNode {
  const same: MessageBroker = useBroker();
  // @ts-expect-error The broker is missing.
  const none = <BrokerProvider />;
  // @ts-expect-error No broker.
  const wrong = <BrokerProvider broker={{ send: same.send }} />;
  return <BrokerProvider broker={broker}>{none}{wrong}</BrokerProvider>;
}

import { actorId, message, protocol, topic } from 'rx-broker';
import { useActor, useBroker, useRequest, useTopic } from 'rx-broker/react';
import { type ReactNode, useState } from 'react';

/** State: a topic whose last message is retained. */
export const cart = topic<readonly string[]>('shop.cart');

/** Events and commands: an actor. */
export const Toast = protocol('toast', { show: message<{ text: string }>() });
export const toasts = actorId(Toast);

/** Questions: an actor that replies. */
export const Search = protocol('search', { find: message<{ text: string }, readonly string[]>() });
export const search = actorId(Search);

export function CartBadge(): ReactNode {
  return <b>{useTopic(cart, []).length} in the cart</b>;
}

export function Toasts(): ReactNode {
  const [texts, setTexts] = useState<readonly string[]>([]);
  useActor(toasts, Toast, { show: ({ text }) => setTexts((shown) => [...shown, text]) });
  return <ul role="status">{texts.map((text, index) => <li key={index}>{text}</li>)}</ul>;
}

export function Results({ text }: { readonly text: string }): ReactNode {
  const broker = useBroker();
  const items = useTopic(cart, []);
  const found = useRequest(search, text === '' ? undefined : Search.find({ text }), { timeout: 1_000 });
  if (found.status === 'error') return <button onClick={found.reload}>Try again</button>;
  const add = (name: string): void => {
    broker.publish(cart, [...items, name], { retain: true });
    broker.trySend(toasts, Toast.show({ text: `${name} is in the cart` }));
  };
  return <div aria-busy={found.isPending}>{found.value?.map((name) => <button key={name} onClick={() => add(name)}>{name}</button>)}</div>;
}

export function Shop(): ReactNode {
  const [text, setText] = useState('');
  return <><CartBadge /><input value={text} onChange={({ target }) => setText(target.value)} /><Results text={text} /><Toasts /></>;
}

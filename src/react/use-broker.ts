import { useContext } from 'react';
import type { MessageBroker } from '../message/message-broker';
import { BrokerContext } from './broker-context';

/**
 * The broker of the nearest `BrokerProvider`: for event handlers and effects, since nothing may be sent while a component renders.
 *
 * ```tsx
 * function AddButton({ sku }: { readonly sku: string }) {
 *   const broker = useBroker();
 *   return <button onClick={() => broker.trySend(cart, Cart.add({ sku }))}>Add</button>;
 * }
 * ```
 *
 * @throws {Error} at the render, if there is no provider above.
 */
export function useBroker(): MessageBroker {
  const broker = useContext(BrokerContext);
  if (!broker) throw new Error('add a BrokerProvider above');
  return broker;
}

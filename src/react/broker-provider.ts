import { type ReactElement, type ReactNode, createElement } from 'react';
import type { MessageBroker } from '../message/message-broker';
import { BrokerContext } from './broker-context';

/** The props of `BrokerProvider`. */
export interface BrokerProviderProps {
  /** The broker of the components below. The provider neither makes it nor closes it. */
  readonly broker: MessageBroker;
  /** The components that use the broker. */
  readonly children?: ReactNode;
}

/**
 * Gives a broker to the hooks of all components below. The nearest provider counts.
 *
 * In a browser, make the broker beside the root: a component may be mounted more than once. On a server, make a broker for each request.
 *
 * ```tsx
 * const broker = new InMemoryMessageBroker();
 * createRoot(container).render(<BrokerProvider broker={broker}><App /></BrokerProvider>);
 * ```
 */
export function BrokerProvider({ broker, children }: BrokerProviderProps): ReactElement {
  return createElement(BrokerContext.Provider, { value: broker }, children);
}

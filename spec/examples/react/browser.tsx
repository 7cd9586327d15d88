import { InMemoryMessageBroker, type MessageBroker } from 'rx-broker';
import { BrokerProvider } from 'rx-broker/react';
import { hydrateRoot } from 'react-dom/client';
import { Shop } from './shop';

/** Takes over the state that the server has rendered, then the page. */
export function startShop(): MessageBroker {
  const broker = new InMemoryMessageBroker();
  const state = JSON.parse(document.getElementById('state')!.textContent) as Record<string, unknown>;
  for (const [topic, message] of Object.entries(state)) broker.publish(topic, message, { retain: true });
  hydrateRoot(document.getElementById('root')!, <BrokerProvider broker={broker}><Shop /></BrokerProvider>);
  return broker;
}

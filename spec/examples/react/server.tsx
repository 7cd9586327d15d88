import { InMemoryMessageBroker } from 'rx-broker';
import { BrokerProvider } from 'rx-broker/react';
import { renderToString } from 'react-dom/server';
import { Shop, cart } from './shop';

/** A page for one request, with a broker of its own, so that no visitor sees the state of another. */
export function renderPage(items: readonly string[]): string {
  const broker = new InMemoryMessageBroker();
  broker.publish(cart, items, { retain: true });
  const html = renderToString(<BrokerProvider broker={broker}><Shop /></BrokerProvider>);
  const state: Record<string, unknown> = {};
  // The retained messages come at once.
  broker.publications$('>').subscribe(({ topic, message }) => (state[topic] = message)).unsubscribe();
  void broker.close({ drain: false });
  const json = JSON.stringify(state).replaceAll('<', '\\u003c');
  return `<main id="root">${html}</main><script type="application/json" id="state">${json}</script>`;
}

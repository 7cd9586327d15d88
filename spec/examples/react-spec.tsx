// @vitest-environment jsdom
import { InMemoryMessageBroker, type MessageBroker } from 'rx-broker';
import { BrokerProvider } from 'rx-broker/react';
import { BrokerTestProbe } from 'rx-broker/testing';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { NEVER } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startShop } from './react/browser';
import { renderPage } from './react/server';
import { Results, Search, Shop, Toast, cart, search, toasts } from './react/shop';

beforeEach(() => {
  // Other files of specs may have left something on the page.
  document.body.innerHTML = '';
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
});
afterEach(() => {
  document.body.innerHTML = '';
  vi.restoreAllMocks();
});

const catalogue = ['tea', 'teapot', 'cup'];

/** Answers with what is in the catalogue; never for what is slow. */
function spawnSearch(broker: MessageBroker): void {
  broker.spawn(search, Search, { find: ({ text }) => (text === 'slow' ? NEVER : catalogue.filter((name) => name.startsWith(text))) });
}

/** Types as a user does. */
function type(text: string): void {
  const input = document.querySelector('input')!;
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, text);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

const click = (name: string): void => act(() => [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name)!.click());
const text = (selector: string): string => document.querySelector(selector)!.textContent;

describe('a shop in React', () => {
  it('finds, fills the cart and says so', () => {
    const broker = new InMemoryMessageBroker();
    spawnSearch(broker);
    const root = createRoot(document.body.appendChild(document.createElement('main')));
    act(() => root.render(<BrokerProvider broker={broker}><Shop /></BrokerProvider>));
    type('tea');
    expect(text('div')).toBe('teateapot');
    click('teapot');
    click('tea');
    expect([text('b'), text('ul')]).toEqual(['2 in the cart', 'teapot is in the carttea is in the cart']);
    type('slow');
    expect(document.querySelector('div')!.getAttribute('aria-busy')).toBe('true');
    act(() => root.unmount());
    expect([broker.isRegistered(toasts), broker.metrics().openRequests]).toEqual([false, 0]);
  });

  it('offers to try again', () => {
    const broker = new InMemoryMessageBroker();
    const root = createRoot(document.body.appendChild(document.createElement('main')));
    act(() => root.render(<BrokerProvider broker={broker}><Results text="cup" /></BrokerProvider>));
    spawnSearch(broker);
    click('Try again');
    expect(text('div')).toBe('cup');
    act(() => root.unmount());
  });

  it('is rendered by a server, and goes on in the browser with the state of the server', () => {
    const error = vi.spyOn(console, 'error');
    document.body.innerHTML = renderPage(['tea', '</script>']);
    expect(text('b')).toBe('2 in the cart');
    let broker!: MessageBroker;
    act(() => void (broker = startShop()));
    expect([text('b'), broker.retained(cart)]).toEqual(['2 in the cart', ['tea', '</script>']]);
    act(() => void broker.publish(cart, [], { retain: true }));
    expect(text('b')).toBe('0 in the cart');
    expect(error).not.toHaveBeenCalled();
  });

  it('is tested with a probe: a component says what it sends', () => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const probe = new BrokerTestProbe(broker);
    spawnSearch(broker);
    const root = createRoot(document.body.appendChild(document.createElement('main')));
    act(() => root.render(<BrokerProvider broker={broker}><Results text="cup" /></BrokerProvider>));
    click('cup');
    expect(probe.expectMessage(toasts, Toast.show({ text: 'cup is in the cart' }))).toBeDefined();
    expect(broker.retained(cart)).toEqual(['cup']);
    act(() => root.unmount());
  });
});

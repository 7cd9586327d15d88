// @vitest-environment jsdom
import { type Topic, topic, topicState } from 'rx-broker';
import { useTopic } from 'rx-broker/react';
import { type ReactNode, act, startTransition, useState } from 'react';
import { renderToString } from 'react-dom/server';
import { finalize } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ErrorBoundary, createBroker, hydrate, mount, mountStrictly, provided } from './mount';

const count = topic<number>('shop.count');
/** What the component has rendered. */
let rendered: unknown[];
beforeEach(() => {
  rendered = [];
});
afterEach(() => {
  vi.restoreAllMocks();
});

function Count({ of = count, initial = 0 }: { readonly of?: Topic<number>; readonly initial?: number }): ReactNode {
  const value = useTopic(of, initial);
  rendered.push(value);
  return `${value};`;
}

describe('useTopic', () => {
  it('shows the initial value, then each that is published with retain', () => {
    const broker = createBroker();
    const page = mount(broker, <Count initial={7} />);
    expect(page.text).toBe('7;');
    expect(broker.retained(count)).toBeUndefined();
    act(() => void broker.publish(count, 1, { retain: true }));
    expect(page.text).toBe('1;');
    act(() => topicState(broker, count, 0).update((value) => value + 1));
    expect(page.text).toBe('2;');
    page.unmount();
  });

  it('shows what is retained already in its first render', () => {
    const broker = createBroker();
    broker.publish(count, 5, { retain: true });
    const page = mount(broker, <Count />);
    expect(rendered).toEqual([5]);
    page.unmount();
  });

  it('renders only for another value, and for none that is not retained', () => {
    const broker = createBroker();
    const page = mount(broker, <Count />);
    act(() => {
      broker.publish(count, 0, { retain: true });
      broker.publish(count, 1);
      broker.publish('shop.other', 1, { retain: true });
    });
    expect(rendered).toEqual([0]);
    act(() => {
      for (const value of [1, 2, 3]) broker.publish(count, value, { retain: true });
    });
    expect(rendered).toEqual([0, 3]);
    page.unmount();
  });

  it('takes an initial value that is made anew in each render, and returns the first one', () => {
    const broker = createBroker();
    const cart = topic<{ readonly items: number }>('shop.cart');
    const Cart = (): ReactNode => {
      rendered.push(useTopic(cart, { items: 0 }));
      return null;
    };
    const page = mount(broker, <Cart />);
    page.render(<Cart />);
    expect(rendered).toHaveLength(2);
    expect(rendered[1]).toBe(rendered[0]);
    page.unmount();
  });

  it.each([null, undefined])('takes a %s that is retained for a value', (nothing) => {
    const broker = createBroker();
    const user = topic<string | null | undefined>('user');
    const User = (): ReactNode => String(useTopic(user, 'guest'));
    const page = mount(broker, <User />);
    act(() => void broker.publish(user, nothing, { retain: true }));
    expect(page.text).toBe(String(nothing));
    const late = mount(broker, <User />);
    expect(late.text).toBe(String(nothing));
    for (const each of [page, late]) each.unmount();
  });

  it('goes over to another topic and to another broker', () => {
    const [one, two] = [createBroker(), createBroker()];
    const other = topic<number>('shop.other');
    one.publish(other, 1, { retain: true });
    two.publish(other, 2, { retain: true });
    const page = mount(one, <Count />);
    page.render(<Count of={other} />);
    expect(page.text).toBe('1;');
    page.render(<Count of={other} />, two);
    expect(page.text).toBe('2;');
    act(() => {
      one.publish(other, 10, { retain: true });
      one.publish(count, 11, { retain: true });
    });
    expect(page.text).toBe('2;');
    page.unmount();
  });

  it('keeps its last value when the topic is cleared and when the broker is closed', async () => {
    const broker = createBroker();
    const page = mount(broker, <Count />);
    act(() => void broker.publish(count, 4, { retain: true }));
    broker.clearRetained(count);
    page.render(<Count />);
    expect(page.text).toBe('4;');
    await act(() => broker.close());
    page.render(<Count />);
    expect(page.text).toBe('4;');
    page.unmount();
  });

  it('holds one subscription while it is mounted, and none afterwards, in StrictMode too', () => {
    const broker = createBroker();
    const { topic$ } = broker;
    let open = 0;
    vi.spyOn(broker, 'topic$').mockImplementation((...args) => {
      open++;
      return topic$.apply(broker, args).pipe(finalize(() => open--)) as never;
    });
    const page = mountStrictly(broker, <Count />);
    act(() => void broker.publish(count, 1, { retain: true }));
    page.render(<Count initial={3} />);
    expect([open, page.text]).toEqual([1, '1;']);
    page.unmount();
    expect(open).toBe(0);
  });

  it('shows one value in all components, also if it changes in the middle of a transition', async () => {
    const broker = createBroker();
    let show!: (isShown: boolean) => void;
    const seen = new Set<string>();
    /** Publishes when half of the list has rendered. */
    const Publisher = (): ReactNode => {
      if (broker.retained(count) === undefined) queueMicrotask(() => broker.publish(count, 1, { retain: true }));
      return null;
    };
    const Slow = (): ReactNode => {
      const start = performance.now();
      while (performance.now() - start < 10);
      return <Count />;
    };
    const List = (): ReactNode => {
      const [isShown, setShown] = useState(false);
      show = setShown;
      return isShown && <>{[0, 1, 2].map((n) => <Slow key={n} />)}<Publisher />{[3, 4, 5].map((n) => <Slow key={n} />)}</>;
    };
    const page = mount(broker, <List />);
    const observer = new MutationObserver(() => seen.add(page.text));
    observer.observe(page.container, { childList: true, subtree: true, characterData: true });
    // Outside of `act`, which renders without giving way.
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
    try {
      startTransition(() => show(true));
      await vi.waitUntil(() => page.text === '1;'.repeat(6), { timeout: 60_000 });
    } finally {
      Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    }
    observer.disconnect();
    // The first components had rendered the old value before the rest of the list saw the new one.
    expect(rendered.slice(0, 4)).toEqual([0, 0, 0, 1]);
    expect([...seen]).toEqual(['1;'.repeat(6)]);
    page.unmount();
  });

  it('is rendered by a server, and is hydrated without a mismatch', () => {
    const [server, browser] = [createBroker(), createBroker()];
    for (const broker of [server, browser]) broker.publish(count, 3, { retain: true });
    const html = renderToString(provided(server, <Count />));
    expect(html).toContain('3;');
    const mismatches: unknown[] = [];
    const page = hydrate(browser, html, <Count />, mismatches);
    act(() => void browser.publish(count, 4, { retain: true }));
    expect([page.text, mismatches]).toEqual(['4;', []]);
    page.unmount();
  });

  it('takes no pattern', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const page = mount(createBroker(), <ErrorBoundary><Count of={'shop.*' as never} /></ErrorBoundary>);
    expect(page.text).toMatch(/RoutingFailed.*wildcards are for patterns/);
    page.unmount();
  });
});

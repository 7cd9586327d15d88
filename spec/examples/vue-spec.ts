// @vitest-environment jsdom
import { InMemoryMessageBroker } from 'rx-broker';
import { createApp, nextTick } from 'vue';
import { describe, expect, it } from 'vitest';
import { BROKER } from './vue/broker';
import { Cart, cart, toasts } from './vue/cart';

describe('a cart in Vue', () => {
  it('shows a topic, has an actor, and leaves nothing behind', async () => {
    const broker = new InMemoryMessageBroker();
    broker.publish(cart, ['cup'], { retain: true });
    const page = document.createElement('main');
    const app = createApp(Cart).provide(BROKER, broker);
    app.mount(page);
    expect(page.textContent).toBe('1 in the cart');
    page.querySelector('button')!.click();
    await nextTick();
    expect(page.textContent).toBe('2 in the carttea is in the cart');
    expect(broker.retained(cart)).toEqual(['cup', 'tea']);
    app.unmount();
    broker.publish(cart, [], { retain: true });
    await nextTick();
    expect([broker.isRegistered(toasts), page.textContent]).toEqual([false, '']);
  });
});

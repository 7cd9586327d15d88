import { actorId, message, protocol, topic } from 'rx-broker';
import { defineComponent, h, inject, ref } from 'vue';
import { BROKER, useActor, useTopic } from './broker';

export const cart = topic<readonly string[]>('shop.cart');
export const Toast = protocol('toast', { show: message<{ text: string }>() });
export const toasts = actorId(Toast);

/** A component with a render function. In a single-file component the same stands in `<script setup>`. */
export const Cart = defineComponent(() => {
  const broker = inject(BROKER)!;
  const items = useTopic(cart, []);
  const shown = ref('');
  useActor((broker) => broker.spawn(toasts, Toast, { show: ({ text }) => void (shown.value = text) }));
  const add = (name: string): void => {
    broker.publish(cart, [...items.value, name], { retain: true });
    broker.trySend(toasts, Toast.show({ text: `${name} is in the cart` }));
  };
  return () => [h('button', { onClick: () => add('tea') }, `${items.value.length} in the cart`), h('p', shown.value)];
});

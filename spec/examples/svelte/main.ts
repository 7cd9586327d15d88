import type { MessageBroker } from 'rx-broker';
import { mount, unmount } from 'svelte';
import { BROKER } from './broker';
import Cart from './Cart.svelte';

/** Mounts the app with its broker. The function that this returns takes the app away. */
export function startApp(target: HTMLElement, broker: MessageBroker): () => Promise<void> {
  const app = mount(Cart, { target, context: new Map([[BROKER, broker]]) });
  return () => unmount(app);
}

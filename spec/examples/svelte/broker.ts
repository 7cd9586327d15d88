import type { MessageBroker, Registration } from 'rx-broker';
import { getContext, onDestroy } from 'svelte';

/** The key of the broker in the context of the app. */
export const BROKER = Symbol('broker');

/** The broker of the app. */
export function useBroker(): MessageBroker {
  return getContext(BROKER);
}

/** An actor for as long as the component is there. */
export function useActor(spawn: (broker: MessageBroker) => Registration): void {
  const registration = spawn(useBroker());
  onDestroy(() => registration.unsubscribe());
}

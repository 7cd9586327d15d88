import type { MessageBroker, Registration, Topic } from 'rx-broker';
import { type InjectionKey, type ShallowRef, inject, onScopeDispose, shallowRef } from 'vue';

/** `app.provide(BROKER, new InMemoryMessageBroker())` */
export const BROKER: InjectionKey<MessageBroker> = Symbol('broker');

/** The state of a topic, as a ref. */
export function useTopic<T>(topic: Topic<T>, initial: NoInfer<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(initial) as ShallowRef<T>;
  const subscription = inject(BROKER)!.topic$(topic, { initial }).subscribe((next) => (value.value = next));
  onScopeDispose(() => subscription.unsubscribe());
  return value;
}

/** An actor for as long as the component is there. */
export function useActor(spawn: (broker: MessageBroker) => Registration): void {
  const registration = spawn(inject(BROKER)!);
  onScopeDispose(() => registration.unsubscribe());
}

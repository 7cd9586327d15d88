import { useEffect, useInsertionEffect, useLayoutEffect, useMemo } from 'react';
import type { ActorId } from '../message/actor-id';
import type { SpawnRest, Spawned } from '../message/message-broker';
import type { Registration } from '../message/registration';
import type { ActorRef } from '../message/sender';
import { useBroker } from './use-broker';

type Call = (...args: readonly unknown[]) => unknown;
/** An argument of `spawn` after the id: a handler; or a protocol, handlers or options, whose fields may be functions. */
type Argument = Call | Readonly<Record<string, unknown>>;

/**
 * Registers an actor for as long as the component is mounted. Its arguments are those of `spawn`, and it returns the `ActorRef`, which is the
 * same in all renders.
 *
 * The actor is there for the effects of all components that mount with it. It stays while a `Suspense` boundary hides the component, and
 * leaves while an `Activity` does. Another id, or another broker, is another actor.
 *
 * Each message goes to the handlers of the last render, without a new registration; so do the hooks. Keep the state of the actor in the
 * component, such as in a `useRef`. The other options, and an actor that is an object with `receive`, are those of the render that registers.
 *
 * In development, `StrictMode` registers each actor, unregisters it and registers it again, with both hooks. The state in the component stays.
 * Messages that the first life has queued or runs fail with `ActorNotFound`: their senders are told, or they are dead letters.
 *
 * ```tsx
 * function Toasts() {
 *   const [texts, setTexts] = useState<readonly string[]>([]);
 *   useActor(toasts, Toast, { show: ({ text }) => setTexts((shown) => [...shown, text]) });
 *   return <ul>{texts.map((text, index) => <li key={index}>{text}</li>)}</ul>;
 * }
 * ```
 *
 * @throws {BrokerError} `AlreadyRegistered` in an effect, if the id is taken: give each component its own id, such as
 * `actorId(Toast, useId())`. And what else `spawn` throws.
 * @throws {Error} at the render, if there is no provider above.
 */
export function useActor<Msg, A = unknown>(id: ActorId<Msg>, actor: Spawned<Msg, A>, ...rest: SpawnRest<A>): ActorRef<Msg>;
export function useActor(id: ActorId, ...given: readonly any[]): ActorRef {
  const broker = useBroker();
  const [ref, commit, begin, end] = useMemo(() => {
    let registration: Registration | undefined;
    let latest: readonly Argument[];
    let isMounted: boolean;
    const end = (): void => {
      registration = registration?.unsubscribe() as undefined;
    };
    /** An argument whose functions call those of the last render. A protocol stays as it is. */
    const lasting = (value: Argument, place: number): Argument =>
      typeof value === 'function'
        ? (...args) => (latest[place] as Call)(...args)
        : value && place
          ? new Proxy(
              // A copy, since the fields of a frozen object could not be replaced.
              { ...value },
              {
                get: (_, name: string) =>
                  typeof value[name] === 'function' ? (...args: readonly unknown[]) => (latest[place] as Record<string, Call> | undefined)?.[name]?.(...args) : value[name],
              },
            )
          : value;
    return [
      broker.ref(id),
      (next: readonly Argument[]): (() => void) => {
        latest = next;
        isMounted = true;
        return () => (isMounted = false);
      },
      (): (() => void) => {
        registration ??= (broker.spawn as (id: ActorId, ...args: readonly unknown[]) => Registration)(id, ...latest.map(lasting));
        return () => isMounted || end();
      },
      () => end,
    ] as const;
  }, [broker, id]);
  // React cleans an insertion effect up when the component leaves, before its layout effects, and not when it hides the component.
  useInsertionEffect(() => commit(given));
  // A layout effect, so that the effects of all components find the actor. On a server React 18 would warn of it.
  if (typeof window !== 'undefined') useLayoutEffect(begin, [begin]);
  // A component that leaves while it is hidden has no more layout effects to clean up.
  useEffect(end, [begin]);
  return ref;
}

import { type DependencyList, useMemo, useSyncExternalStore } from 'react';
import type { Subscription } from 'rxjs';
import type { ActorId } from '../message/actor-id';
import type { Accepted, ReplyFor } from '../message/reply-of';
import type { SendOptions } from '../message/send-options';
import type { RequestState } from './request-state';
import { useBroker } from './use-broker';

/**
 * Asks an actor while the component is mounted, and returns what has become of the request. `undefined` for the message asks nothing.
 *
 * The message is sent in an effect, once the component has mounted. Another message cancels the one before, as leaving does, and begins with
 * `'pending'`. A message is another one if its JSON is, so it may be made anew in each render. What JSON does not show (a function, a `Map`, a
 * `File`) is not compared: for such a message, and for one that has another time or random number in each render, give `deps`. Then the
 * message is sent again if one of them has changed (by `Object.is`). The options are those of the render whose message is sent.
 *
 * Each value of a streamed reply renders the component, and `isPending` is true until the stream ends. A failure is the state `'error'`; it is
 * not thrown. `reload` keeps the value or the error until the new reply comes. It is the same function until the message changes.
 *
 * A server sends nothing, and renders `'pending'`. In development, `StrictMode` cancels an open request and sends its message again.
 *
 * ```tsx
 * function Results({ text }: { readonly text: string }) {
 *   const found = useRequest(search, text === '' ? undefined : Search.find({ text }), { timeout: 1_000 });
 *   if (found.status === 'error') return <button onClick={found.reload}>Try again</button>;
 *   return <ul aria-busy={found.isPending}>{found.value?.map((name) => <li key={name}>{name}</li>)}</ul>;
 * }
 * ```
 *
 * @throws {TypeError | RangeError} in an effect, for a bad option; at the render, for a message that has no JSON, such as one with a `bigint`.
 * @throws {Error} at the render, if there is no provider above.
 */
export function useRequest<Msg, const M>(
  id: ActorId<Msg>,
  message: Accepted<Msg, M> | undefined,
  options?: SendOptions,
  deps: DependencyList = [JSON.stringify(message)],
): RequestState<ReplyFor<Msg, M>> {
  const broker = useBroker();
  const isAsked = message !== undefined;
  const [subscribe, read] = useMemo(() => {
    let open: Subscription | undefined;
    let changed: (() => void) | undefined;
    let state: RequestState<unknown>;
    const become = (isPending: boolean, next: object): void => {
      state = { ...next, isPending, reload } as RequestState<unknown>;
      changed?.();
    };
    const ask = (): void => {
      let value: unknown;
      open = broker.send<any, any>(id, message, options).subscribe({
        next: (reply) => become(true, { status: 'success', value: (value = reply) }),
        error: (error: unknown) => become(false, { status: 'error', error }),
        complete: () => become(false, { status: 'success', value }),
      });
      // The handler may make the component leave, on this stack.
      if (!changed) open.unsubscribe();
    };
    const reload = (): void => {
      if (changed && isAsked) {
        open?.unsubscribe();
        become(true, state);
        ask();
      }
    };
    become(isAsked, { status: isAsked ? 'pending' : 'idle' });
    return [
      (onChange: () => void) => {
        changed = onChange;
        if (state.isPending) ask();
        return () => {
          changed = undefined;
          open?.unsubscribe();
        };
      },
      (): RequestState<any> => state,
    ] as const;
  }, [broker, id, isAsked, ...deps]);
  return useSyncExternalStore(subscribe, read, read);
}

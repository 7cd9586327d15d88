import { type Injector, type ResourceRef, TransferState, type ValueEqualityFn, computed, effect, inject, makeStateKey, untracked } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { type Observable, tap } from 'rxjs';
import type { ActorId } from '../message/actor-id';
import type { Priority } from '../message/priority';
import type { Accepted, ReplyFor } from '../message/reply-of';
import { inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';
import { injectIsServer } from './is-server';

/** Options of `injectRequest`. */
export interface InjectRequestOptions<Reply> {
  /** Milliseconds until the first value (rule S4). Default: the broker's `requestTimeout`. */
  readonly timeout?: number;
  /** How urgent the message is. Default `'normal'`. */
  readonly priority?: Priority;
  /** The value while there is no reply. Default `undefined`. */
  readonly defaultValue?: NoInfer<Reply>;
  /** Says whether a reply is the same as the one before. */
  readonly equal?: ValueEqualityFn<NoInfer<Reply>>;
  /**
   * Passes the reply from the server to the browser under this key, which must be unique in the page. The browser then shows it in its first
   * rendering, with the status `'local'`, and does not send the message again. The reply must survive JSON.
   */
  readonly transferKey?: string;
  /** The injector to use and to live as long as. Default: that of the injection context in which the function is called. */
  readonly injector?: Injector;
}

/**
 * Asks an actor for what is shown: a resource whose value is the reply. `message` is a reactive function. If a signal that it reads changes, the
 * open request is cancelled, and the new message is sent. If it returns `undefined`, nothing is sent, and the resource is idle.
 *
 * A reply that is a stream changes the value with each of its values. `error()` is the `SendError`, or what the handler threw, unchanged; in that
 * state `value()` throws, so ask `hasValue()` first. Rendering on a server waits for the first value.
 *
 * ```ts
 * class Search {
 *   readonly text = signal('');
 *   readonly found = injectRequest(search, () => this.text() === '' ? undefined : Search.find({ text: this.text() }));
 * }
 * // @if (found.hasValue()) { {{ found.value().length }} } @else if (found.error()) { … }
 * ```
 */
export function injectRequest<Msg, const M>(
  id: ActorId<Msg>,
  message: () => Accepted<Msg, M> | undefined,
  options: InjectRequestOptions<ReplyFor<Msg, M>> & { readonly defaultValue: NoInfer<ReplyFor<Msg, M>> },
): ResourceRef<ReplyFor<Msg, M>>;
export function injectRequest<Msg, const M>(
  id: ActorId<Msg>,
  message: () => Accepted<Msg, M> | undefined,
  options?: InjectRequestOptions<ReplyFor<Msg, M>>,
): ResourceRef<ReplyFor<Msg, M> | undefined>;
export function injectRequest(id: ActorId, message: () => unknown, options: InjectRequestOptions<any> = {}): ResourceRef<any> {
  const { timeout, priority, defaultValue, equal, transferKey, injector } = options;
  const sendOptions = { ...(timeout !== undefined && { timeout }), ...(priority !== undefined && { priority }) };
  return inInjector(injector, () => {
    const broker = injectMessageBroker();
    const params = computed(message);
    const transfer = transferKey === undefined ? undefined : injectTransfer(transferKey, params, () => resource);
    const ask = (asked: unknown): Observable<unknown> => broker.send(id, asked, sendOptions);
    const resource: ResourceRef<any> = rxResource({
      params,
      stream: ({ params: asked }) => transfer?.(ask(asked)) ?? ask(asked),
      defaultValue,
      ...(equal !== undefined && { equal }),
    });
    return resource;
  });
}

/** Keeps the reply on the server. In the browser it sets the resource to that, when the first message is due, by an effect that runs before the resource's own. */
function injectTransfer(name: string, params: () => unknown, resource: () => ResourceRef<unknown>): ((reply: Observable<unknown>) => Observable<unknown>) | undefined {
  const state = inject(TransferState);
  const key = makeStateKey<unknown>(`rx-broker:${name}`);
  if (injectIsServer()) return tap((value) => state.set(key, value));
  effect(() => {
    if (params() === undefined || !state.hasKey(key)) return;
    untracked(() => resource().set(state.get(key, undefined)));
    state.remove(key);
  });
  return undefined;
}

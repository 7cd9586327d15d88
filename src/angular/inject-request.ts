import { type ResourceRef, TransferState, type ValueEqualityFn, computed, effect, inject, makeStateKey, untracked } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { type MonoTypeOperatorFunction, type Observable, identity, tap } from 'rxjs';
import type { ActorId } from '../message/actor-id';
import type { Accepted, ReplyFor } from '../message/reply-of';
import type { SendOptions } from '../message/send-options';
import { type InjectorOption, inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';
import { injectIsServer } from './is-server';

/** Options of `injectRequest`: those of `send`, and those of the resource. */
export interface InjectRequestOptions<Reply> extends Omit<SendOptions, 'signal'>, InjectorOption {
  /** The value while there is no reply. Default `undefined`. */
  readonly defaultValue?: NoInfer<Reply>;
  /** Says whether a reply is the same as the one before. */
  readonly equal?: ValueEqualityFn<NoInfer<Reply>>;
  /**
   * Passes the reply from the server to the browser under this key, which must be unique in the page. The browser then shows it in its first
   * rendering, with the status `'local'`, and does not send the message again. The reply must survive JSON.
   */
  readonly transferKey?: string;
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
  const { defaultValue, equal, transferKey, injector, ...sendOptions } = options;
  return inInjector({ injector }, () => {
    const broker = injectMessageBroker();
    const ask = (asked: unknown): Observable<unknown> => broker.send(id, asked, sendOptions);
    // Cold: it checks the id and the options now, and sends nothing.
    void ask(undefined);
    const params = computed(message);
    const transfer = transferKey === undefined ? identity : injectTransfer(transferKey, params, () => resource);
    const resource: ResourceRef<any> = rxResource({ params, stream: ({ params: asked }) => transfer(ask(asked)), defaultValue, equal });
    return resource;
  });
}

/** Keeps the reply on the server. In the browser it sets the resource to that reply when the first message is due, by an effect that runs before the resource's own. */
function injectTransfer(name: string, params: () => unknown, resource: () => ResourceRef<unknown>): MonoTypeOperatorFunction<unknown> {
  const state = inject(TransferState);
  const key = makeStateKey<unknown>(`rx-broker:${name}`);
  if (injectIsServer()) return tap((value) => state.set(key, value));
  effect(() => {
    if (params() === undefined || !state.hasKey(key)) return;
    untracked(() => resource().set(state.get(key, undefined)));
    state.remove(key);
  });
  return identity;
}

import { type ResourceLoaderParams, type ResourceRef, TransferState, type ValueEqualityFn, computed, effect, inject, makeStateKey } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { type Observable, Subject, takeUntil, tap } from 'rxjs';
import { checkFunction, checkName, checkOptions } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { Accepted, ReplyFor } from '../message/reply-of';
import { inDevelopment } from './in-development';
import { type InjectorOption, inInjector } from './in-injector';
import { type AskOptions, askChecks, injectAsk } from './inject-ask';
import { injectIsServer } from './is-server';

/** Options of `injectRequest`: those of `send`, and those of the resource. */
export interface InjectRequestOptions<Reply> extends AskOptions, InjectorOption {
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
 * A reply that is a stream changes the value with each of its values; one that ends without a value is the error `NG0991`. `error()` is the
 * `SendError`, or the error that the handler threw, unchanged. Angular wraps any other thrown value in an `Error`, as its `cause`. In that
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
  inDevelopment(() => {
    checkFunction(message, 'message');
    checkOptions(options, { ...askChecks(), injector: undefined, defaultValue: undefined, equal: checkFunction, transferKey: checkName });
  });
  const { defaultValue, equal, transferKey, injector, ...askOptions } = options;
  return inInjector({ injector }, () => {
    const ask = injectAsk(id, askOptions);
    const params = computed(message);
    const idle$ = new Subject<void>();
    const state = inject(TransferState);
    const key = makeStateKey<unknown>(`rx-broker:${transferKey}`);
    const keep = transferKey !== undefined && injectIsServer() ? (reply: unknown) => state.set(key, reply) : undefined;
    // This effect runs before that of the resource, which is made later.
    effect(() => {
      // A resource that becomes idle does not cancel its request.
      if (params() === undefined) idle$.next();
      else if (!keep && state.hasKey(key)) {
        resource.set(state.get(key, undefined));
        state.remove(key);
      }
    });
    // The signal cancels a request whose handler destroys the injector, on the stack on which the resource subscribes.
    const stream = ({ params: asked, abortSignal }: ResourceLoaderParams<unknown>): Observable<unknown> => ask(asked, abortSignal).pipe(tap(keep), takeUntil(idle$));
    const resource: ResourceRef<any> = rxResource({ params, stream, defaultValue, equal });
    return resource;
  });
}

import { type Injector, type ProviderToken, runInInjectionContext, untracked } from '@angular/core';

declare const ngDevMode: unknown;

/**
 * Runs `work` outside of the reactive context of its caller. What the handlers and observers read that `work` calls becomes no dependency of
 * the caller's `effect` or `computed`, and they may write signals.
 *
 * In development they also see an injection context that refuses `inject()`: it would work in the first component that happens to send from
 * its constructor, and fail later.
 */
export function runUntracked<T>(work: () => T): T {
  if (typeof ngDevMode === 'undefined' || ngDevMode) return untracked(() => runInInjectionContext(REFUSING, work));
  return untracked(work);
}

/** Refuses every token. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- TypeScript takes the deprecated one of the overloads of `get`.
const REFUSING = { get: refuse } as Injector;

function refuse(token: ProviderToken<unknown>): never {
  const name = typeof token === 'function' ? token.name : String(token);
  throw new Error(`inject(${name}) was called by a handler or an observer of a message broker. Call inject() where the actor is set up, and let the handler use the result.`);
}

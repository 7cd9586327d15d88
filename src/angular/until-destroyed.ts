import { DestroyRef, inject } from '@angular/core';
import { Subscription } from 'rxjs';

/**
 * A subscription that ends with the injector of the present injection context. It comes before the work that it will end: if the injector is
 * destroyed already, or by that work itself, nothing is left.
 */
export function untilDestroyed(): Subscription {
  const subscription = new Subscription();
  inject(DestroyRef).onDestroy(() => subscription.unsubscribe());
  return subscription;
}

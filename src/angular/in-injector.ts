import { type Injector, runInInjectionContext } from '@angular/core';

/** The option `injector` of the `inject…` functions. */
export interface InjectorOption {
  /** The injector to use and to live as long as. Default: that of the injection context in which the function is called. */
  readonly injector?: Injector;
}

/** Runs `work` in the injection context of `injector`, or else in the present one. */
export function inInjector<T>(injector: Injector | undefined, work: () => T): T {
  return injector === undefined ? work() : runInInjectionContext(injector, work);
}

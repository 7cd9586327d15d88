import { type Injector, runInInjectionContext } from '@angular/core';
import { type Checks, checkOptions } from '../failure/check';

/** The option `injector` of the `inject…` functions. */
export interface InjectorOption {
  /** The injector to use and to live as long as. Default: that of the injection context in which the function is called. */
  readonly injector?: Injector;
}

/**
 * Runs `work` in the injection context that the option `injector` says, or else in the present one. `checks` are those of the other options.
 *
 * @throws {TypeError} for an option that is neither `injector` nor in `checks`, and what the checks throw.
 */
export function inInjector<O extends InjectorOption, T>(options: O | undefined, work: () => T, checks?: Checks<O>): T {
  checkOptions(options, { injector: undefined, ...checks });
  return options?.injector ? runInInjectionContext(options.injector, work) : work();
}

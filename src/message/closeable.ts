/** How a broker is closed. */
export interface CloseOptions {
  /** Let what is queued and running finish. Default true. */
  readonly drain?: boolean;
  /** Milliseconds for that. Default 5,000. */
  readonly timeout?: number;
}

/** `[Symbol.dispose]()`, for those whose `lib` knows the symbol; for the others nothing, since naming it would break their type check. */
export type Closeable = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol } ? { readonly [K in Dispose]: () => void } : {};

/**
 * `[Symbol.asyncDispose]()`, for those whose `lib` knows the symbol; for the others nothing, since naming it would break their
 * type check.
 */
export type AsyncCloseable = SymbolConstructor extends { readonly asyncDispose: infer Dispose extends symbol }
  ? { readonly [K in Dispose]: () => Promise<void> }
  : {};

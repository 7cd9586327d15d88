/** How a broker is closed. */
export interface CloseOptions {
  /** Whether queued messages still run, and open turns still finish. Default true. */
  readonly drain?: boolean;
  /** Milliseconds that the broker waits for them, and for the promises of `onStop`. Default 5,000. */
  readonly timeout?: number;
}

/**
 * `[Symbol.asyncDispose]()`, if the `lib` of the user's TypeScript has the symbol. Without it the type is empty, since naming the symbol
 * would not compile.
 */
export type AsyncCloseable = SymbolConstructor extends { readonly asyncDispose: infer Dispose extends symbol }
  ? { readonly [K in Dispose]: () => Promise<void> }
  : {};

/** How a broker is closed. */
export interface CloseOptions {
  /** Whether queued messages still run, and open turns still finish. Default true. */
  readonly drain?: boolean;
  /** Milliseconds that the broker waits for them, and for the promises of `onStop`. Default 5,000. */
  readonly timeout?: number;
}

declare const absent: unique symbol;
// `Symbol.dispose` and `Symbol.asyncDispose` for consumers whose `lib` knows them: to name them would break the type check of the others.
// Names of properties, not mapped types, since typescript-eslint finds the symbols of `await using` only there.
declare const dispose: SymbolConstructor extends { readonly dispose: infer Known extends symbol } ? Known : typeof absent;
declare const asyncDispose: SymbolConstructor extends { readonly asyncDispose: infer Known extends symbol } ? Known : typeof absent;

/** What `using` ends. */
export interface WithDispose {
  /** Ends it, at once. */
  [dispose](): void;
}

/** What `await using` closes. */
export interface WithAsyncDispose {
  /** Closes it: `close()`. */
  [asyncDispose](): Promise<void>;
}

/** `[Symbol.dispose]()`, for those whose `lib` knows the symbol; for the others nothing. */
export type Closeable = SymbolConstructor extends { readonly dispose: symbol } ? WithDispose : {};

/** `[Symbol.asyncDispose]()`, for those whose `lib` knows the symbol; for the others nothing. */
export type AsyncCloseable = SymbolConstructor extends { readonly asyncDispose: symbol } ? WithAsyncDispose : {};

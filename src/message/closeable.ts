/** How a broker is closed. */
export interface CloseOptions {
  /** Whether queued messages still run, and open turns still finish. Default true. */
  readonly drain?: boolean;
  /** Milliseconds that the broker waits for them, and for the promises of `onStop`. Default 5,000. */
  readonly timeout?: number;
}

declare const absent: unique symbol;
// `Symbol.dispose` and `Symbol.asyncDispose`, if the `lib` of the user's TypeScript has them. If not, naming them would not compile. They are
// property names and no mapped types, since typescript-eslint finds the symbol for `await using` only in property names.
declare const dispose: SymbolConstructor extends { readonly dispose: infer Known extends symbol } ? Known : typeof absent;
declare const asyncDispose: SymbolConstructor extends { readonly asyncDispose: infer Known extends symbol } ? Known : typeof absent;

/** An object for `using`. */
export interface WithDispose {
  /** `unsubscribe()`. */
  [dispose](): void;
}

/** An object for `await using`. */
export interface WithAsyncDispose {
  /** `close()`. */
  [asyncDispose](): Promise<void>;
}

/** `WithDispose`, if the `lib` has the symbol; else the empty type. */
export type Closeable = SymbolConstructor extends { readonly dispose: symbol } ? WithDispose : {};

/** `WithAsyncDispose`, if the `lib` has the symbol; else the empty type. */
export type AsyncCloseable = SymbolConstructor extends { readonly asyncDispose: symbol } ? WithAsyncDispose : {};

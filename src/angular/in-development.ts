declare const ngDevMode: unknown;

/** Calls `work` in development. In production nothing is left of it: Angular's builder says so by `ngDevMode`. */
export function inDevelopment(work: () => void): void {
  if (typeof ngDevMode === 'undefined' || ngDevMode) work();
}

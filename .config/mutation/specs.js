/** The specs that are run against mutants: those that load `src/` and are fast. */
export const FOLDERS = ['spec', 'marbles'];

/** What starts processes, packs, type-checks, waits for the garbage collector, swaps timers, patches its process, or tests the tests. */
export const EXCLUDED = /^spec\/(package|examples|readme|liveness|hostile\/(clocks|cancellations|messages)-spec|contracts\/broken|model\/broken|model\/corners-spec|node\/(?!leaks-collected)|environments\/(?!(?:proxies|thenables|without-macrotasks)-spec))\b/;

/** Specs of sheer length. What they show of a mutant, shorter ones show as well. */
export const LONG = new RegExp(
  [
    'a million',
    'goes on flat',
    'long queue flat',
    'the stack is deep',
    'end at once, flat',
    'targets that come and go',
    'topic of 1,500',
    'a broker from afar',
    'one of thousands',
    '100,000 requests',
    'sends to itself in a loop',
    'floods itself',
    'routes by every name',
    'of 20,000',
    '(fail|drop-newest), (weighted|strict): in a random run',
  ].join('|'),
);

/** The specs that are run against mutants: those that load `src/` and are fast. */
export const FOLDERS = ['spec', 'marbles'];

/** What starts processes, packs, type-checks, waits for the garbage collector, patches its process, or tests the tests. */
export const EXCLUDED =
  /^spec\/(package|examples|readme|liveness|angular|react|transports|distributed\/codec|contracts\/distributed|testing\/marble|hostile\/messages-spec|contracts\/broken|model\/broken|model\/corners-spec|node\/(?!leaks-collected)|environments\/(?!(proxies|rxjs-copies|thenables|vue|without-macrotasks)-spec))\b/;

/** In the text of specs that put something in the place of the machine's timers or promises: all specs run in one process. */
export const ALONE = /useFakeTimers|zone\.js|stubGlobal\('(setTimeout|Promise)'/;

/** By their titles, specs of sheer length, since shorter ones show as much of a mutant, and one that needs the lines of its source file. */
export const LONG = new RegExp(
  [
    'is named below the marbles that differ for it',
    'a million',
    'tell the same story of the same script twice',
    'long queue flat',
    'the stack is deep',
    'end at once, flat',
    'targets that come and go',
    'topic of 1,500',
    'one of thousands',
    '100,000 requests',
    'for 100,000 other bindings',
    'to 5,000 targets',
    'these tests can fail',
    'sends to itself in a loop',
    'floods itself',
    'routes by every name',
    'of 20,000',
    '(fail|drop-newest), (weighted|strict): in a random run',
  ].join('|'),
);

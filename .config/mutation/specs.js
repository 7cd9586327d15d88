/** The specs that are run against mutants: those that load `src/` and are fast. */
export const FOLDERS = ['spec', 'marbles'];

/** What starts processes, packs, type-checks, waits for the garbage collector, patches its process, or tests the tests. */
export const EXCLUDED =
  /^spec\/(package|examples|readme|liveness|testing\/(marble|real)|hostile\/messages-spec|contracts\/broken|model\/broken|model\/corners-spec|node\/(?!leaks-collected)|environments\/(?!(proxies|rxjs-copies|thenables|vue|without-macrotasks)-spec))\b/;

/** In the text of specs that put something in the place of the machine's timers or promises: all specs run in one process. */
export const ALONE = /useFakeTimers|zone\.js|stubGlobal\('(setTimeout|Promise)'/;

/** Specs of sheer length: what they show of a mutant, shorter ones show as well. */
export const LONG = new RegExp(
  [
    'a million',
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

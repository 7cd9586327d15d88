/** The timers as they were when this module was loaded: tests put fake ones in their place later. */
const setImmediateAtLoad: unknown = /* @__PURE__ */ (() => globalThis.setImmediate)();
const setTimeoutAtLoad = /* @__PURE__ */ (() => globalThis.setTimeout)();

/** Asks for a macrotask, and answers whether it will surely come. */
type Source = (work: () => void) => boolean;

const SOURCES: readonly Source[] = [
  (work) => {
    if (typeof setImmediate !== 'function') return false;
    setImmediate(work);
    return setImmediate === setImmediateAtLoad;
  },
  (work) => {
    if (typeof MessageChannel !== 'function') return false;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      work();
    };
    port2.postMessage(undefined);
    return true;
  },
  (work) => {
    setTimeout(work);
    return setTimeout === setTimeoutAtLoad;
  },
  (work) => {
    setTimeoutAtLoad(work);
    return true;
  },
];

/**
 * Runs `work` after the event loop has seen to timers, input and frames (rule D4): by `setImmediate`, else `MessageChannel`, else
 * `setTimeout`. They are looked up at each call, since test environments take them away and bring them back. One that throws, or that is
 * not what it was when this module was loaded, may never call `work`: then the next one is asked, too, and the first to come counts.
 */
export function macrotask(work: () => void): void {
  let isDue = true;
  const once = (): void => {
    if (!isDue) return;
    isDue = false;
    work();
  };
  for (const source of SOURCES) {
    try {
      if (source(once)) return;
    } catch {
      // The next one.
    }
  }
}

import { keepZone } from './zone';

// The timers as they were when this module was loaded. A test may put fake ones in their place later.
const setImmediateAtLoad: unknown = /* @__PURE__ */ (() => globalThis.setImmediate)();
const setTimeoutAtLoad = /* @__PURE__ */ (() => globalThis.setTimeout)();

/** Schedules a macrotask. Returns whether it comes for certain: a fake timer may never call `work`. */
type Source = (work: () => void) => boolean;

const SOURCES: readonly Source[] = [
  (work) => {
    setImmediate(work);
    return setImmediate === setImmediateAtLoad;
  },
  (work) => {
    const { port1, port2 } = new MessageChannel();
    const goOn = keepZone(work);
    port1.onmessage = () => {
      port1.close();
      goOn();
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
 * `setTimeout`. Each call looks these up, since test environments take them away and bring them back. If one is missing, throws, or was
 * replaced since this module was loaded, the next one is tried as well. `work` runs once.
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
      // It is missing, or it threw: the next source is tried.
    }
  }
}

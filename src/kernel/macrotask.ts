/**
 * Runs `work` after the event loop has seen to timers, input and frames (rule D4): by `setImmediate`, else `MessageChannel`, else
 * `setTimeout`. Each call looks these up, since test environments take them away and bring them back.
 */
export function macrotask(work: () => void): void {
  if (typeof setImmediate === 'function') {
    setImmediate(work);
  } else if (typeof MessageChannel === 'function') {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      work();
    };
    port2.postMessage(undefined);
  } else setTimeout(work);
}

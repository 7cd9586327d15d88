/** Runs `work` after the event loop has seen to timers, input and frames: what a drain gives way to (rule D4). */
export function macrotask(work: () => void): void {
  if (typeof setImmediate === 'function') {
    setImmediate(work);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    work();
  };
  port2.postMessage(undefined);
}

import { check } from '../failure/check';

/** @throws {TypeError} unless `broker` can do what an operator needs of it: `send`, `trySend` or `publish`. */
export function checkSender(broker: unknown, method: string): void {
  const can = (broker as Record<string, unknown> | null | undefined)?.[method];
  check(typeof can === 'function', `broker must have ${method}(), as a MessageBroker has`, broker);
}

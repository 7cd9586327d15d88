import { LocalBroker } from './local-broker';
import { LocalRegistration } from './registration';

/** Adds `[Symbol.asyncDispose]` to brokers and `[Symbol.dispose]` to registrations, if the runtime has these symbols. Returns the class of a broker. */
export function withDisposal<T>(brokerClass: T): T {
  const { asyncDispose, dispose } = Symbol as { readonly asyncDispose?: symbol; readonly dispose?: symbol };
  if (asyncDispose !== undefined) Object.defineProperty(LocalBroker.prototype, asyncDispose, { value: close, configurable: true });
  if (dispose !== undefined) Object.defineProperty(LocalRegistration.prototype, dispose, { value: unsubscribe, configurable: true });
  return brokerClass;
}

function close(this: LocalBroker): Promise<void> {
  return this.close();
}

function unsubscribe(this: LocalRegistration): void {
  this.unsubscribe();
}

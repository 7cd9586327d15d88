import type { EnvironmentProviders, Provider } from '@angular/core';
import type { BrokerOptions } from '../broker/broker-options';
import type { MessageBroker } from '../message/message-broker';

/** An addition to `provideMessageBroker`, made by one of the `with…` functions. An application has the code of those that it calls. */
export interface MessageBrokerFeature {
  /** The name of the function that made it, for the text of errors. */
  readonly kind: string;
  /** Changes the options of the broker, before it is made. Runs in an injection context. */
  readonly configure?: (options: BrokerOptions) => BrokerOptions;
  /** Is called with the broker when it is made. Runs in an injection context. */
  readonly attach?: (broker: MessageBroker) => void;
  /** Further providers. */
  readonly providers?: readonly (EnvironmentProviders | Provider)[];
}

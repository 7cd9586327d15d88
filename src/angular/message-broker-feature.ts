import type { EnvironmentProviders, Provider } from '@angular/core';
import type { BrokerOptions } from '../broker/broker-options';
import type { MessageBroker } from '../message/message-broker';

/** An addition to `provideMessageBroker`, made by one of the `with…` functions. An application has the code of those that it calls. */
export interface MessageBrokerFeature {
  /** Changes the options of the broker, before it is made. Runs in an injection context. A broker that is made already has no place for it. */
  readonly configure?: (options: BrokerOptions) => BrokerOptions;
  /** Is called with the broker when it is made. Runs in an injection context. */
  readonly attach?: (broker: MessageBroker) => void;
  /** Further providers. */
  readonly providers?: readonly (EnvironmentProviders | Provider)[];
}

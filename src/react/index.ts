/**
 * A broker in React components: a provider and four hooks.
 *
 * @module rx-broker/react
 */
export { type BrokerProviderProps, BrokerProvider } from './broker-provider';
export { useBroker } from './use-broker';
export { useTopic } from './use-topic';
export { useActor } from './use-actor';
export { type AnsweredRequest, type FailedRequest, type IdleRequest, type PendingRequest, type Reloadable, type RequestState } from './request-state';
export { useRequest } from './use-request';

/**
 * The broker in an Angular application: providers, signals and resources on `@angular/core` 20 to 22, with and without zone.js.
 *
 * @module rx-broker/angular
 */
export { type MessageBrokerSource } from './create-message-broker';
export { type InjectorOption } from './in-injector';
export { type InjectActorOptions, type InjectActorRest, injectActor } from './inject-actor';
export { injectBrokerMetrics } from './inject-broker-metrics';
export { type Command, type CommandResult, type InjectCommandOptions, injectCommand } from './inject-command';
export { injectDispatch } from './inject-dispatch';
export { MESSAGE_BROKER, injectMessageBroker } from './inject-message-broker';
export { injectPressure } from './inject-pressure';
export { type InjectRequestOptions, injectRequest } from './inject-request';
export { type InjectStateOptions, injectState } from './inject-state';
export { type InjectTopicOptions, type WithInitialValue, type WithRetained, injectTopic } from './inject-topic';
export { type MessageBrokerFeature } from './message-broker-feature';
export { provideActor } from './provide-actor';
export { provideMessageBroker } from './provide-message-broker';
export { provideScopedMessageBroker } from './provide-scoped-message-broker';
export { withActors } from './with-actors';
export { withDeadLetterQueue } from './with-dead-letter-queue';
export { withErrorHandler } from './with-error-handler';
export { withInterceptors } from './with-interceptors';
export { type NgrxAction, withNgrxActions } from './with-ngrx-actions';
export { withTransferState } from './with-transfer-state';

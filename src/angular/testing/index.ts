/**
 * Tests of Angular components and services with a broker: by `TestBed`, with any test runner.
 *
 * @module rx-broker/angular/testing
 */
export { BrokerProbe } from './broker-probe';
export { injectBrokerProbe } from './inject-broker-probe';
export { type MockActor, mockActor } from './mock-actor';
export { BROKER_PROBE, provideMessageBrokerTesting } from './provide-message-broker-testing';

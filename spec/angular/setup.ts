import '@angular/compiler';
import { ApplicationRef, type EnvironmentProviders, type Provider } from '@angular/core';
import { TestBed, getTestBed } from '@angular/core/testing';
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing';
import type { MessageBroker } from 'rx-broker';
import { injectMessageBroker, provideMessageBroker } from 'rx-broker/angular';
import { onTestFinished } from 'vitest';

if (getTestBed().platform === null) TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());

/** An application with a broker that writes nothing. It is destroyed when the test is over. */
export function application(...providers: (EnvironmentProviders | Provider)[]): { broker: MessageBroker; tick: () => void } {
  onTestFinished(() => {
    TestBed.resetTestingModule();
  });
  TestBed.configureTestingModule({ providers: [provideMessageBroker({ logDeadLetters: false }), ...providers] });
  return { broker: inContext(() => injectMessageBroker()), tick: () => TestBed.inject(ApplicationRef).tick() };
}

/** Calls `work` in the application's injection context. */
export function inContext<T>(work: () => T): T {
  return TestBed.runInInjectionContext(work);
}

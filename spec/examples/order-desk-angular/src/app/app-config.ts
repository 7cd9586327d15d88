import { type ApplicationConfig, provideBrowserGlobalErrorListeners, provideZonelessChangeDetection } from '@angular/core';
import { MAT_FORM_FIELD_DEFAULT_OPTIONS, type MatFormFieldDefaultOptions } from '@angular/material/form-field';
import { provideClientHydration } from '@angular/platform-browser';
import { provideRouter, withInMemoryScrolling } from '@angular/router';
import { provideMessageBroker, withTransferState } from 'rx-broker/angular';
import { routes } from './app-routes';
import { tradingActor } from './trading/trading-actor';

export const appConfig: ApplicationConfig = {
  providers: [
    provideZonelessChangeDetection(),
    provideBrowserGlobalErrorListeners(),
    provideClientHydration(),
    provideRouter(routes, withInMemoryScrolling({ scrollPositionRestoration: 'top' })),
    // The prices that the server has rendered are the first that the browser has.
    provideMessageBroker({ name: 'screen' }, withTransferState('desk.>')),
    tradingActor,
    { provide: MAT_FORM_FIELD_DEFAULT_OPTIONS, useValue: { appearance: 'outline', hideRequiredMarker: true, subscriptSizing: 'dynamic' } satisfies MatFormFieldDefaultOptions },
  ],
};

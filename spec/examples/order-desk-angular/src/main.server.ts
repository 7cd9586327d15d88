import { mergeApplicationConfig } from '@angular/core';
import { type BootstrapContext, bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import type { Quote } from '../../order-desk/quote-board';
import { App } from './app/app';
import { appConfig } from './app/app-config';
import { OPENING_QUOTES } from './app/trading/opening-quotes';

/** The HTML of the page at `url`, with these quotes. `document` is the page without content. */
export function render(url: string, document: string, quotes: readonly Quote[]): Promise<string> {
  const config = mergeApplicationConfig(appConfig, { providers: [provideServerRendering(), { provide: OPENING_QUOTES, useValue: quotes }] });
  return renderApplication((context: BootstrapContext) => bootstrapApplication(App, config, context), { url, document });
}

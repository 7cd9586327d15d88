import { mergeApplicationConfig } from '@angular/core';
import { type BootstrapContext, bootstrapApplication } from '@angular/platform-browser';
import { RenderMode, provideServerRendering, withRoutes } from '@angular/ssr';
import { App, appConfig } from './app';

const config = mergeApplicationConfig(appConfig, { providers: [provideServerRendering(withRoutes([{ path: '**', renderMode: RenderMode.Server }]))] });

export default (context: BootstrapContext) => bootstrapApplication(App, config, context);

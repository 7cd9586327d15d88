import { bootstrapApplication } from '@angular/platform-browser';
import { App, appConfig } from './app';

void bootstrapApplication(App, appConfig);

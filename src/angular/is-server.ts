import { PLATFORM_ID, inject } from '@angular/core';

/** Whether this is an application that is rendered on a server. It is what `isPlatformServer` of `@angular/common` says. */
export function injectIsServer(): boolean {
  return (inject(PLATFORM_ID) as unknown) === 'server';
}

import { ChangeDetectionStrategy, Component, DOCUMENT, inject, signal } from '@angular/core';
import { MatIconButton } from '@angular/material/button';

const NEXT = { auto: 'dark', dark: 'light', light: 'auto' } as const;
type Scheme = keyof typeof NEXT;

/** Dark, light, or as the system has it. `index.html` reads the choice before the first painting. */
@Component({
  selector: 'scheme-switch',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MatIconButton],
  template: `
    <button matIconButton type="button" (click)="change()" [attr.aria-label]="'Colours: ' + scheme()" [title]="'Colours: ' + scheme()">
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        <circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="2" />
        <path d="M12 4 a8 8 0 0 1 0 16 z" fill="currentColor" />
      </svg>
    </button>
  `,
})
export class SchemeSwitch {
  readonly #document = inject(DOCUMENT);
  readonly scheme = signal(schemeFrom(this.#document.documentElement.getAttribute('data-scheme')));

  change(): void {
    const next = NEXT[this.scheme()];
    this.scheme.set(next);
    this.#document.documentElement.setAttribute('data-scheme', next);
    try {
      localStorage.setItem('scheme', next);
    } catch {
      // A browser that stores nothing forgets the choice with the page.
    }
  }
}

/** The stored choice. It may be anything. */
function schemeFrom(stored: string | null): Scheme {
  return stored === 'dark' || stored === 'light' ? stored : 'auto';
}

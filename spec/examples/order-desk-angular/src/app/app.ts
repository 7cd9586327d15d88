import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { DeathNotice } from './shell/death-notice';
import { EngineSwitch } from './shell/engine-switch';
import { OrderTally } from './shell/order-tally';
import { SchemeSwitch } from './shell/scheme-switch';

/** The frame of all pages: where one is, what the desk runs on, and what has become of the orders. */
@Component({
  selector: 'order-desk',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterOutlet, RouterLink, RouterLinkActive, EngineSwitch, SchemeSwitch, OrderTally, DeathNotice],
  template: `
    <header>
      <a class="brand" routerLink="/">
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <rect x="3" y="12" width="4" height="9" rx="1" />
          <rect x="10" y="7" width="4" height="14" rx="1" />
          <rect x="17" y="3" width="4" height="18" rx="1" />
        </svg>
        Order desk
      </a>
      <nav aria-label="Pages">
        @for (page of pages; track page.path) {
          <a [routerLink]="page.path" routerLinkActive="here" ariaCurrentWhenActive="page" [routerLinkActiveOptions]="{ exact: true }">{{ page.name }}</a>
        }
      </nav>
      <engine-switch />
      <scheme-switch />
    </header>
    <main>
      <order-tally />
      <death-notice />
      <router-outlet />
    </main>
  `,
  styles: `
    header {
      display: grid;
      grid-template-columns: auto 1fr auto auto;
      align-items: center;
      gap: 8px clamp(10px, 2vw, 24px);
      padding: 8px var(--gutter);
      background: var(--panel);
      border-bottom: 1px solid var(--mat-sys-outline-variant);
    }
    .brand {
      display: flex;
      align-items: center;
      gap: 10px;
      color: var(--mat-sys-on-surface);
      font: 600 1.0625rem/1 var(--font);
      letter-spacing: -0.01em;
      text-decoration: none;
    }
    .brand svg {
      fill: var(--mat-sys-primary);
    }
    nav {
      display: flex;
      gap: 4px;
    }
    nav a {
      padding: 8px 14px;
      border-radius: 8px;
      color: var(--mat-sys-on-surface-variant);
      font-weight: 500;
      text-decoration: none;
    }
    nav a:hover {
      background: var(--mat-sys-surface-container-highest);
    }
    nav a.here {
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
    }
    main {
      display: block;
      position: relative;
      padding: 0 var(--gutter) 24px;
    }
    @media (max-width: 720px) {
      header {
        grid-template-columns: 1fr auto;
      }
      engine-switch {
        grid-row: 2;
        grid-column: 1 / -1;
      }
      nav {
        grid-row: 3;
        grid-column: 1 / -1;
      }
      nav a {
        flex: 1;
        text-align: center;
        padding-inline: 4px;
      }
    }
  `,
})
export class App {
  readonly pages = [
    { path: '/', name: 'Trade' },
    { path: '/check', name: 'Risk check' },
    { path: '/actors', name: 'Actors' },
  ];
}

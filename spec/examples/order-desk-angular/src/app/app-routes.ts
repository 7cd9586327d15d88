import type { Routes } from '@angular/router';
import { ActorsPage } from './pages/actors-page';
import { CheckPage } from './pages/check-page';
import { TradePage } from './pages/trade-page';

export const routes: Routes = [
  { path: '', pathMatch: 'full', component: TradePage, title: 'Trade · Order desk' },
  { path: 'check', component: CheckPage, title: 'Risk check · Order desk' },
  { path: 'actors', component: ActorsPage, title: 'Actors · Order desk' },
  { path: '**', redirectTo: '' },
];

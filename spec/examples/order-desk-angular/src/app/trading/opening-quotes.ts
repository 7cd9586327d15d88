import { InjectionToken } from '@angular/core';
import { OPENING } from '../../../../order-desk/market';
import { type Quote, quotesFrom } from '../../../../order-desk/quote-board';

/** The quotes to begin with. The server gives those of its market. */
export const OPENING_QUOTES = new InjectionToken<readonly Quote[]>('opening quotes', { factory: () => quotesFrom(OPENING) });

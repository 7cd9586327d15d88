import { type ApplicationConfig, Component, effect, provideZonelessChangeDetection, signal } from '@angular/core';
import { provideClientHydration } from '@angular/platform-browser';
import { actorId, message, protocol, topic } from 'rx-broker';
import { injectDispatch, injectRequest, injectState, injectTopic, provideActor, provideMessageBroker, withTransferState } from 'rx-broker/angular';

const Shop = protocol('shop', { add: message<{ sku: string }>(), find: message<{ text: string }, string[]>() });
const shop = actorId(Shop);
const cart = topic<readonly string[]>('shop.cart');
const madeIn = topic<string>('shop.made');

@Component({
  selector: 'app-root',
  template: `
    <input #box [value]="text()" (input)="text.set(box.value)" />
    <ul>
      @for (sku of found.hasValue() ? found.value() : []; track sku) {
        <li><button (click)="dispatch.add({ sku })">{{ sku }}</button></li>
      }
    </ul>
    <p id="cart">{{ cart().join(' ') }}</p>
    <p id="last">{{ last() }}</p>
    <p id="status">{{ found.status() }}, asked in the {{ platform }}: {{ asked().join(' ') }}, made in the {{ made() }}</p>
    <p id="effect">{{ effects() }}</p>
  `,
})
export class App {
  readonly platform = typeof document !== 'undefined' && 'defaultView' in document && typeof window !== 'undefined' ? 'browser' : 'server';
  readonly text = signal('p');
  readonly asked = signal<readonly string[]>([]);
  readonly effects = signal(0);
  readonly cart = injectState(cart, []);
  readonly made = injectState(madeIn, this.platform);
  readonly last = injectTopic(cart, { requireSync: true });
  readonly dispatch = injectDispatch(shop, Shop);
  readonly found = injectRequest(shop, () => Shop.find({ text: this.text() }), { transferKey: 'found' });

  constructor() {
    asked = (text) => this.asked.update((texts) => [...texts, text]);
    // Tells an actor whose handler reads and writes the state: once for each text.
    effect(() => {
      if (this.text() === 'p') return;
      this.dispatch.add({ sku: `searched-${this.text()}` });
      this.effects.update((count) => count + 1);
    });
  }
}

let asked: (text: string) => void = () => {};

const shopActor = provideActor(shop, Shop, () => {
  const state = injectState(cart, []);
  return {
    add: ({ sku }) => state.set([...state(), sku]),
    find: async ({ text }) => {
      asked(text);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return ['pear', 'plum', 'apple'].filter((sku) => sku.includes(text));
    },
  };
});

export const appConfig: ApplicationConfig = {
  providers: [provideZonelessChangeDetection(), provideClientHydration(), provideMessageBroker({}, withTransferState('shop.>')), shopActor],
};

// @vitest-environment node
import '@angular/compiler';
import { Component, PendingTasks, type Type, inject } from '@angular/core';
import { type BootstrapContext, bootstrapApplication, provideClientHydration } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { type MessageBroker, actorId, message, protocol, topic } from 'rx-broker';
import { injectBrokerMetrics, injectCommand, injectMessageBroker, injectRequest, injectState, provideActor, provideMessageBroker, withTransferState } from 'rx-broker/angular';
import { describe, expect, it } from 'vitest';

const Shop = protocol('shop', { find: message<{ text: string }, string[]>(), visit: message<void, number>() });
const shop = actorId(Shop);
const user = topic<string>('shop.user');

const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 20));

/** The page that a server writes for a component. */
async function render(component: Type<unknown>): Promise<string> {
  const providers = [
    provideServerRendering(),
    provideClientHydration(),
    provideMessageBroker({}, withTransferState('shop.>')),
    provideActor(shop, Shop, () => {
      let visits = 0;
      return { find: ({ text }) => later([`${text} found`]), visit: () => later(++visits) };
    }),
  ];
  return renderApplication((context: BootstrapContext) => bootstrapApplication(component, { providers }, context), { document: '<shop-page></shop-page>', url: '/' });
}

/** What the page passes to the browser. */
function passed(page: string): Record<string, unknown> {
  return JSON.parse(/<script id="ng-state" type="application\/json">(.*?)<\/script>/.exec(page)![1]!) as Record<string, unknown>;
}

describe('rendering on a server', () => {
  it('waits for a request, and passes its reply to the browser by its key', async () => {
    @Component({ selector: 'shop-page', template: '@if (found.hasValue()) { {{ found.value()[0] }} } @else { nothing }' })
    class Page {
      readonly found = injectRequest(shop, () => Shop.find({ text: 'rx' }), { transferKey: 'found' });
    }
    const page = await render(Page);
    expect(page).toContain('rx found');
    expect(passed(page)['rx-broker:found']).toEqual(['rx found']);
  });

  it('waits for a command that is pending, also for what waits in its queue', async () => {
    @Component({ selector: 'shop-page', template: '{{ visits.status() }} {{ visits.value() }}' })
    class Page {
      readonly visits = injectCommand(shop, Shop.visit);
      constructor() {
        for (let n = 1; n <= 3; n++) void this.visits();
      }
    }
    expect(await render(Page)).toContain('success 3');
  });

  it('passes retained topics to the browser, as they are when the page is done', async () => {
    @Component({ selector: 'shop-page', template: '{{ user() }}' })
    class Page {
      readonly user = injectState(user, 'nobody');
      constructor() {
        const done = inject(PendingTasks).add();
        void later('ada').then((name) => {
          this.user.set(name);
          done();
        });
      }
    }
    const page = await render(Page);
    expect(page).toContain('ada');
    expect(passed(page)['rx-broker.retained:shop.>']).toEqual([['shop.user', 'ada']]);
  });

  it('has one snapshot of the metrics, and no timer that it would wait for', async () => {
    @Component({ selector: 'shop-page', template: '{{ metrics().registeredActors }} actor' })
    class Page {
      readonly metrics = injectBrokerMetrics();
    }
    expect(await render(Page)).toContain('1 actor');
  });

  it('has a broker for each request, which ends with it', async () => {
    const brokers: MessageBroker[] = [];
    @Component({ selector: 'shop-page', template: '' })
    class Page {
      readonly broker = injectMessageBroker();
      readonly count = brokers.push(this.broker);
    }
    await Promise.all([render(Page), render(Page)]);
    expect(new Set(brokers).size).toBe(2);
    for (const broker of brokers) expect(broker.registeredCount()).toBe(0);
  });
});

import { Component, ɵɵreplaceMetadata as replaceMetadata } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { actorId, topic } from 'rx-broker';
import { injectActor, injectState } from 'rx-broker/angular';
import { describe, expect, it } from 'vitest';
import { application } from './setup';

const log = actorId<string>('log');
const count = topic<number>('count');

describe('hot replacement of a template', () => {
  it('keeps the actor of the component, and gives a new child the id of the old one', () => {
    const { broker } = application();
    const seen: string[] = [];
    @Component({ selector: 'log-child', template: '{{ count() }}' })
    class Child {
      readonly ref = injectActor(log, (line) => seen.push(line));
      readonly count = injectState(count, 0);
    }
    const metadata = { selector: 'log-page', imports: [Child], template: '<log-child />' };
    @Component(metadata)
    class Page {
      readonly ref = injectActor(actorId<string>('page'), (line) => seen.push(`page ${line}`));
    }
    const fixture = TestBed.createComponent(Page);
    fixture.detectChanges();
    broker.publish(count, 5, { retain: true });
    replaceMetadata(Page, () => Component({ ...metadata, template: 'new: <log-child />' })(Page), [], [], { hot: { send: () => {} } } as never, 'page');
    expect((fixture.nativeElement as HTMLElement).textContent).toBe('new: 5');
    expect(broker.actorIds()).toEqual(['page', 'log']);
    for (const id of broker.actorIds()) broker.trySend(id, 'x');
    expect(seen).toEqual(['page x', 'x']);
  });
});

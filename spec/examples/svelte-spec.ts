// @vitest-environment jsdom
import { join } from 'node:path';
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { InMemoryMessageBroker } from 'rx-broker';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import type { startApp as StartApp } from './svelte/main';
import { cart, toasts } from './svelte/messages';

const root = join(import.meta.dirname, '../..');
let startApp: typeof StartApp;

// Built as an app is, since Svelte's components are compiled.
beforeAll(async () => {
  const built = await build({
    ...{ root, configFile: false, logLevel: 'silent', publicDir: false },
    plugins: [svelte({ configFile: false, preprocess: vitePreprocess() })],
    resolve: { alias: [{ find: /^rx-broker$/, replacement: join(root, 'src/index.ts') }] },
    build: { write: false, minify: false, lib: { entry: join(root, 'spec/examples/svelte/main.ts'), formats: ['iife'], name: 'app' } },
  });
  const [script] = [built].flat().flatMap((made) => ('output' in made ? made.output : []));
  if (script?.type !== 'chunk') throw new Error('Vite made no script');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- A script of a page is evaluated.
  ({ startApp } = new Function(`${script.code}\nreturn app;`)() as { startApp: typeof StartApp });
}, 300_000);

describe('a cart in Svelte', () => {
  it('shows a topic, has an actor, and leaves nothing behind', async () => {
    const broker = new InMemoryMessageBroker();
    broker.publish(cart, ['cup'], { retain: true });
    const page = document.body.appendChild(document.createElement('main'));
    const end = startApp(page, broker);
    expect(page.textContent.trim()).toBe('1 in the cart');
    page.querySelector('button')!.click();
    await Promise.resolve();
    expect(page.textContent).toMatch(/^2 in the cart\s+tea is in the cart$/);
    expect(broker.retained(cart)).toEqual(['cup', 'tea']);
    await end();
    expect([broker.isRegistered(toasts), page.textContent]).toEqual([false, '']);
    page.remove();
  });
});

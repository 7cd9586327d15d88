import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from '../../readme/code-blocks';
import { ANGULAR_LINES, buildAngular, createAngularHome, packPackage, serveAngular } from './angular-home';
import { root } from './consumer-home';

/** What is built and installed here takes a minute or two, on a busy machine more. */
const PATIENCE = 900_000;
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** The page about Angular, whose second block is the application after its move from a bus. */
async function documentedApplication(): Promise<string> {
  const page = 'spec/examples/angular.md';
  const [, moved] = codeBlocks(await readFile(join(root, page), 'utf8'), page).filter(({ info }) => info.startsWith('ts'));
  return moved!.code;
}

describe.skipIf(!existsSync(executablePath))('the packed package in Chromium', () => {
  let browser: Browser;
  let packed: string;

  beforeAll(async () => {
    packed = await packPackage();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await rm(packed, { recursive: true, force: true });
  });

  /** Opens a page, and answers what goes wrong in it. */
  async function open(url: string) {
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(message.text());
    });
    await page.goto(url);
    return { page, wrong, text: async (selector: string) => (await page.locator(selector).innerText()).trim() };
  }

  describe.each(ANGULAR_LINES)('on Angular $angular, compiled ahead of time for production', (line) => {
    let home: string;

    beforeAll(async () => {
      home = await createAngularHome(line, packed, await documentedApplication());
    }, PATIENCE);
    afterAll(() => rm(home, { recursive: true, force: true }));

    it('is rendered by a server, hydrated without a second request, and goes on in the browser', async () => {
      await buildAngular(line, home, 'server');
      const { url, stop } = await serveAngular(line, home);
      try {
        const html = await (await fetch(url)).text();
        // Angular 22 marks what has a listener.
        expect(html).toMatch(/<button[^>]*>plum<\/button>/);
        const { page, wrong, text } = await open(url);
        await page.waitForFunction(() => document.querySelector('#status')?.textContent.includes('browser'));
        expect(await text('#status')).toBe('local, asked in the browser: , made in the server');
        await page.fill('input', 'pl');
        await page.waitForFunction(() => document.querySelector('#status')?.textContent.includes('resolved'));
        await page.locator('button').first().click();
        await page.waitForFunction(() => document.querySelector('#cart')?.textContent.includes('plum'));
        expect([await text('#status'), await text('#cart'), await text('#last')]).toEqual([
          'resolved, asked in the browser: pl, made in the server',
          'searched-pl plum',
          'searched-pl,plum',
        ]);
        // The effect told an actor that reads and writes the state, once.
        expect(await text('#effect')).toBe('1');
        expect(wrong).toEqual([]);
      } finally {
        stop();
      }
    }, PATIENCE);

    it('has nothing of the features that the application does not use, nor of development', async () => {
      const code = await readFile(join(home, 'built/server/browser/main.js'), 'utf8');
      expect(code).toContain('rx-broker.retained');
      for (const unused of ['"concat"', '"exhaust"', 'ngrx.actions', 'metrics$.subscribe', 'was called by a handler']) expect(code, unused).not.toContain(unused);
    });

    // One line shows it. The applications of Angular 20 need a provider more, or zone.js.
    it.runIf(line.angular.startsWith('21.'))('runs the application of the page about Angular', async () => {
      await buildAngular(line, home, 'page');
      const files = join(home, 'built/page/browser');
      const server = createServer((request, response) => {
        const file = request.url === '/main.js' || request.url?.endsWith('.js') === true ? request.url : '/index.html';
        response.setHeader('content-type', file.endsWith('.js') ? 'text/javascript' : 'text/html');
        void readFile(join(files, file)).then((content) => response.end(content));
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
      try {
        const { page, wrong, text } = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        await page.fill('input', 'pl');
        await page.waitForFunction(() => document.querySelectorAll('button').length === 1);
        await page.locator('button').click();
        await page.waitForFunction(() => document.querySelector('p')?.textContent.startsWith('1'));
        expect(await text('p')).toBe('1 in the cart');
        expect(wrong).toEqual([]);
      } finally {
        server.close();
      }
    }, PATIENCE);
  });
});

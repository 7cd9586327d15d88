import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenedDesk, addressOf, outcomeOf, runExample } from './opened-desk';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const WIDTHS = [360, 768, 1_280, 1_920];
const PAGES = ['', 'check', 'actors'];

describe('npm run example:angular', () => {
  it.each([
    [['--port', 'eighty'], "--port must be a number from 0 to 65535, not 'eighty'"],
    [['--port', '65536'], "--port must be a number from 0 to 65535, not '65536'"],
    [['--colour'], "Unknown option '--colour'"],
    [['8080'], "Unexpected argument '8080'"],
  ])('exits with 2 for %j, and says why', async (args, why) => {
    const { code, printed } = await outcomeOf(runExample(...args));
    expect(printed).toContain(why);
    expect(printed).toContain('--port N');
    expect(code).toBe(2);
  });

  it('tells its options with --help', async () => {
    const { code, printed } = await outcomeOf(runExample('--help'));
    expect(printed).toContain('--port N');
    expect(code).toBe(0);
  });
});

describe.skipIf(!existsSync(executablePath))('the page of the order desk, in Chromium', () => {
  let example: ChildProcess;
  let address: string;
  let browser: Browser;

  beforeAll(async () => {
    example = runExample();
    address = await addressOf(example);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
  });
  afterAll(async () => {
    await browser?.close();
    example?.kill('SIGTERM');
  });

  it('has the last prices in the HTML of the server, and goes on with them', async () => {
    const html = async (): Promise<string> => (await fetch(address)).text();
    const pricesOf = (page: string): string[] => [...page.matchAll(/data-price="(\w+)"[^>]*>([\d.]+)</g)].map(([, symbol, price]) => `${symbol!} ${price!}`);
    const first = await html();
    expect(pricesOf(first).map((price) => price.split(' ')[0])).toEqual(['ACME', 'BOLT', 'CRUX', 'DUNE']);
    // The same prices stand there for the browser to begin with.
    const [, state] = /<script id="ng-state"[^>]*>(.*?)<\/script>/.exec(first) ?? [];
    const [[, quotes]] = (JSON.parse(state!) as Record<string, [string, { symbol: string; cents: number }[]][]>)['rx-broker.retained:desk.>']!.filter(([topic]) => topic === 'desk.quotes') as [[string, { symbol: string; cents: number }[]]];
    expect(quotes.map(({ symbol, cents }) => `${symbol} ${(cents / 100).toFixed(2)}`)).toEqual(pricesOf(first));
    await expect.poll(async () => pricesOf(await html())).not.toEqual(pricesOf(first));

    const desk = await OpenedDesk.open(browser, address);
    // What the server has rendered is kept, not made again.
    expect(await desk.page.evaluate(() => document.querySelector('order-desk')?.hasAttribute('ngh'))).toBe(false);
    await desk.until(() => desk.page.innerText('[data-price=ACME]'), (price) => price !== pricesOf(first)[0]!.split(' ')[1]);
    expect(desk.wrong).toEqual([]);
    await desk.close();
  });

  it('takes 100 orders by keyboard: filled + rejected = 100', async () => {
    const desk = await OpenedDesk.open(browser, address);
    const before = await desk.rest();
    const { keyboard } = desk.page;
    async function enter(count: number): Promise<void> {
      for (let n = 1; n <= count; n++) {
        await keyboard.press('Enter');
        if (n % 25 === 0) await desk.ended();
      }
    }
    // B chooses the side, and goes to the number of shares.
    await keyboard.press('b');
    await keyboard.type('10');
    await enter(50);
    await keyboard.press('Tab');
    // A limit that is far from the price.
    await keyboard.type('1');
    await enter(50);
    await desk.until(() => desk.tally(), ({ placed }) => placed === before.placed + 100);
    const after = await desk.ended();
    expect([after.placed - before.placed, after.filled - before.filled, after.rejected - before.rejected, after.cancelled - before.cancelled]).toEqual([100, 50, 50, 0]);
    // The last answer may be that of an order that was set aside. So one more order is placed, whose answer comes last.
    await keyboard.press('b');
    await enter(1);
    await desk.until(() => desk.page.innerText('[data-result]'), (result) => result === 'buy 10 ACME: rejected, since the price is beyond the limit.');
    expect(desk.wrong).toEqual([]);
    await desk.close();
  });

  it('takes whole numbers of shares only, and the keys B and S with Caps Lock, too', async () => {
    const desk = await OpenedDesk.open(browser, address);
    const place = desk.page.getByRole('button', { name: 'Place order' });
    await desk.page.keyboard.press('Shift+S');
    await desk.page.keyboard.type('20');
    await desk.until(() => place.isEnabled(), (isEnabled) => isEnabled);
    await desk.page.keyboard.press('Enter');
    await desk.until(() => desk.page.innerText('[data-result]'), (result) => result.startsWith('sell 20 ACME: '));
    await desk.page.keyboard.press('Shift+B');
    await desk.page.keyboard.type('1.5');
    await desk.until(() => place.isDisabled(), (isDisabled) => isDisabled);

    await desk.goTo('Risk check');
    const shares = desk.page.getByRole('spinbutton', { name: 'Shares of ACME to buy' });
    await shares.fill('');
    // On the way to 1e3 the field holds no number.
    await shares.pressSequentially('1e3');
    await desk.until(() => desk.page.innerText('[data-verdict]'), (verdict) => verdict.startsWith('Refused'));
    expect(await shares.inputValue()).toBe('1e3');
    await shares.fill('1.5');
    await desk.until(() => desk.page.innerText('[data-verdict]'), (verdict) => verdict === 'Enter a whole number of shares');
    expect(desk.wrong).toEqual([]);
    await desk.close();
  });

  it('shows dead letters while the risk service fails, and with redeliver all each order ends once', async () => {
    const desk = await OpenedDesk.open(browser, address);
    await desk.set('Risk failures', 100);
    await desk.page.waitForTimeout(5_000);
    for (const reason of ['HandlerFailed', 'MailboxFull']) await desk.until(() => desk.number(`[data-reason=${reason}]`), (count) => count > 0);
    expect((await desk.tally()).open).toBeGreaterThan(0);

    await desk.set('Risk failures', 0);
    // So few that a busy machine catches up with the letters.
    await desk.set('Orders', 20);
    const redeliver = desk.page.getByRole('button', { name: 'Redeliver all' });
    await redeliver.click();
    // Checks that hang still, and orders that find the desk full, become letters after it was pressed. So it is pressed again.
    const redeliverAll = async (): Promise<number> => {
      await desk.redeliver();
      await desk.page.waitForTimeout(1_000);
      return desk.number('[data-letters]');
    };
    await desk.until(redeliverAll, (letters) => letters === 0);
    await desk.until(() => redeliver.isDisabled(), (isDisabled) => isDisabled);
    const { placed, filled, rejected, cancelled } = await desk.rest();
    expect(filled + rejected + cancelled).toBe(placed);
    expect(desk.wrong).toEqual([]);
    await desk.close();
  });

  it('calls off the question of a page that is left: its signal aborts', async () => {
    const desk = await OpenedDesk.open(browser, address);
    await desk.rest();
    await desk.goTo('Risk check');
    const count = (name: string): Promise<number> => desk.number(`[data-asks=${name}]`);
    await desk.set('Risk latency', 1_000);
    await desk.until(() => count('working'), (working) => working === 0);
    const [answered, cancelled] = [await count('answered'), await count('cancelled')];
    await desk.page.getByRole('button', { name: 'Ask again' }).click();
    await desk.until(() => count('working'), (working) => working === 1);
    await desk.goTo('Actors');
    await desk.until(() => desk.number('[data-actor=risk] [data-in-flight]'), (working) => working === 0);
    await desk.goTo('Risk check');
    expect([await count('answered'), await count('cancelled')]).toEqual([answered, cancelled + 1]);
    expect(desk.wrong).toEqual([]);
    await desk.close();
  });

  it('shows a bus that is dead after one error, whose queue grows, and a broker that goes on', async () => {
    const desk = await OpenedDesk.open(browser, address);
    await desk.runOn('Subject bus');
    await desk.until(() => desk.tally(), ({ placed, filled }) => placed > 20 && filled > 0);
    await desk.killBus();
    await desk.set('Risk failures', 0);
    const [dead, waiting] = [await desk.tally(), await desk.number('[data-waiting]')];
    await desk.until(() => desk.number('[data-waiting]'), (now) => now > waiting + 100);
    expect((await desk.tally()).filled).toBe(dead.filled);

    await desk.runOn('rx-broker');
    await desk.page.getByRole('alert').getByText('The bus is dead.').waitFor({ state: 'detached' });
    await desk.set('Risk failures', 100);
    await desk.until(() => desk.number('[data-reason=HandlerFailed]'), (count) => count > 0);
    await desk.set('Risk failures', 0);
    const { filled } = await desk.tally();
    await desk.until(() => desk.tally(), (now) => now.filled > filled + 100);
    expect(desk.wrong).toEqual([]);
    await desk.close();
  });

  it.each(WIDTHS)('fits into %i px without scrolling sideways', async (width) => {
    const desk = await OpenedDesk.open(browser, address, { viewport: { width, height: 800 } });
    await desk.set('Risk failures', 100);
    await desk.until(() => desk.number('[data-letters]'), (letters) => letters > 6);
    for (const page of ['Trade', 'Risk check', 'Actors'] as const) {
      await desk.goTo(page);
      expect(await desk.page.evaluate(() => document.documentElement.scrollWidth), page).toBe(width);
    }
    // As it is after an hour: the numbers grow.
    await desk.goTo('Trade');
    await desk.page.getByRole('button', { name: 'Hold' }).click();
    await desk.page.evaluate(() => {
      const texts = { ':first-child': '123,456', ':nth-child(4)': '10,000', '.price': '1,234.56', ' .end': 'cancelled' };
      for (const [cell, text] of Object.entries(texts)) for (const each of document.querySelectorAll(`order-blotter tbody td${cell}`)) each.textContent = text;
    });
    expect(await desk.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await desk.close();
  });

  it.each((['light', 'dark'] as const).flatMap((colorScheme) => [360, 1_920].map((width) => ({ colorScheme, width }))))('is accessible in $colorScheme at $width px', async ({ colorScheme, width }) => {
    for (const path of PAGES) {
      const desk = await OpenedDesk.open(browser, address, { path, colorScheme, viewport: { width, height: 900 } });
      const violations = async (): Promise<unknown> => {
        await desk.page.addScriptTag({ path: axe });
        return desk.page.evaluate(async () => {
          const found = await (globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run();
          return found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
        });
      };
      expect(await violations(), `/${path}`).toEqual([]);
      if (path === '') {
        await desk.set('Risk failures', 100);
        await desk.until(() => desk.number('[data-letters]'), (letters) => letters > 6);
        expect(await violations(), 'with dead letters').toEqual([]);
        await desk.killBus();
        expect(await violations(), 'with a dead bus').toEqual([]);
      }
      await desk.close();
    }
  });

  it('keeps its heap, its nodes and its frames for a minute of 1,000 updates a second', async () => {
    const framesPerSecond = async (page: OpenedDesk['page'], seconds: number): Promise<number> =>
      page.evaluate(
        (ms) =>
          new Promise<number>((resolve) => {
            let frames = 0;
            const begin = performance.now();
            const next = (now: number): void => {
              if (now - begin >= ms) resolve((frames * 1_000) / (now - begin));
              else {
                frames++;
                requestAnimationFrame(next);
              }
            };
            requestAnimationFrame(next);
          }),
        seconds * 1_000,
      );
    const emptyPage = async (): Promise<number> => {
      const page = await browser.newPage();
      const frames = await framesPerSecond(page, 15);
      await page.close();
      return frames;
    };

    const emptyBefore = await emptyPage();
    const desk = await OpenedDesk.open(browser, address);
    const session = await desk.page.context().newCDPSession(desk.page);
    const heap = async (): Promise<number> => {
      for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    };
    const nodes = (): Promise<number> => desk.page.evaluate(() => document.querySelectorAll('*').length);
    // Until then the blotter fills, and the lines of the prices.
    await desk.page.waitForTimeout(15_000);
    const [heapBefore, nodesBefore] = [await heap(), await nodes()];
    const frames = await framesPerSecond(desk.page, 60);
    const [heapAfter, nodesAfter] = [await heap(), await nodes()];
    await desk.goTo('Actors');
    const updates = await desk.page.evaluate(() =>
      [...document.querySelectorAll('[data-actor^=quotes]')].flatMap((row) => [...row.querySelectorAll('[data-turns], [data-loss]')]).reduce((sum, cell) => sum + Number(cell.textContent.replaceAll(',', '')), 0),
    );
    await desk.close();
    const emptyAfter = await emptyPage();

    expect(heapAfter / heapBefore).toBeLessThan(1.1);
    expect(nodesAfter).toBe(nodesBefore);
    expect(frames / Math.min(emptyBefore, emptyAfter)).toBeGreaterThan(0.95);
    // All of the minute, and what came before it.
    expect(updates).toBeGreaterThan(60_000);
    expect(desk.wrong).toEqual([]);
  });
});

/**
 * Takes the pictures of the page for the README, from the running example, while its risk service fails:
 *
 *     npx tsx spec/examples/order-desk-angular/record.ts      writes page-light.png and page-dark.png
 */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { OpenedDesk, addressOf, runExample } from './opened-desk';

const example = runExample();
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
try {
  const address = await addressOf(example);
  for (const colorScheme of ['light', 'dark'] as const) {
    const desk = await OpenedDesk.open(browser, address, { colorScheme, viewport: { width: 1_280, height: 890 } });
    // Until then the blotter is full, and the lines of the prices are long.
    await desk.page.waitForTimeout(20_000);
    await desk.set('Risk failures', 60);
    await desk.until(() => desk.number('[data-letters]'), (letters) => letters > 100);
    // The knob would be shown with a focus.
    await desk.page.getByRole('button', { name: 'Place order' }).click();
    await desk.page.mouse.move(0, 0);
    await desk.page.waitForTimeout(1_000);
    await desk.page.screenshot({ path: fileURLToPath(new URL(`page-${colorScheme}.png`, import.meta.url)) });
    await desk.close();
  }
} finally {
  await browser.close();
  example.kill('SIGTERM');
}

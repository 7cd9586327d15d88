import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const TALLIES = ['placed', 'filled', 'rejected', 'cancelled', 'open'] as const;
type Tally = Record<(typeof TALLIES)[number], number>;
/** Milliseconds that a busy machine may take for what takes one a second. */
const PATIENCE = 120_000;

/** Runs the command of the example. */
export function runExample(...args: readonly string[]): ChildProcess {
  const { resolve } = createRequire(import.meta.url);
  return spawn(process.execPath, [resolve('tsx/cli'), 'spec/examples/order-desk-angular/serve.ts', ...args], { cwd: root });
}

/** All that a process has printed, and its exit code, when it has ended. */
export function outcomeOf(command: ChildProcess): Promise<{ readonly code: number | null; readonly printed: string }> {
  let printed = '';
  for (const stream of [command.stdout!, command.stderr!]) stream.on('data', (chunk: Buffer) => (printed += String(chunk)));
  return new Promise((resolve) => command.on('close', (code) => resolve({ code, printed })));
}

/** The address that the command prints. */
export function addressOf(command: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    command.stdout!.on('data', (chunk: Buffer) => {
      printed += String(chunk);
      const [address] = /http:\/\/\S+/.exec(printed) ?? [];
      if (address !== undefined) resolve(address);
    });
    command.stderr!.on('data', (chunk: Buffer) => (printed += String(chunk)));
    command.on('exit', () => reject(new Error(`the example ended\n${printed}`)));
  });
}

/** A page of the example in Chromium, as somebody at the desk uses it. */
export class OpenedDesk {
  /** What the console has said of errors. */
  readonly wrong: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.wrong.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.wrong.push(message.text());
    });
  }

  /** Opens a page, and waits until the desk runs in it. */
  static async open(browser: Browser, address: string, { path = '', ...options }: BrowserContextOptions & { readonly path?: string } = {}): Promise<OpenedDesk> {
    const desk = new OpenedDesk(await browser.newPage(options));
    await desk.page.goto(address + path);
    await desk.until(() => desk.number('[data-tally=placed]'), (placed) => placed > 0);
    return desk;
  }

  /** Looks again and again until what it sees is so, and returns it. */
  async until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const seen = await look();
      if (isSo(seen)) return seen;
      await this.page.waitForTimeout(50);
      if (Date.now() > end) throw new Error(`${String(look)} is ${JSON.stringify(seen)}, which is not so: ${String(isSo)}`);
    }
  }

  /** The number that stands there, or 0 if nothing does. */
  async number(selector: string): Promise<number> {
    const text = await this.page.evaluate((each) => document.querySelector(each)?.textContent, selector);
    return Number((text ?? '0').replaceAll(',', ''));
  }

  /** The orders as a sum, from one rendering. */
  tally(): Promise<Tally> {
    return this.page.evaluate((names) => {
      const numbers = names.map((name) => [name, Number(document.querySelector(`[data-tally=${name}]`)!.textContent.replaceAll(',', ''))] as const);
      return Object.fromEntries(numbers) as Tally;
    }, TALLIES);
  }

  /** Sets a number of the panel "Break it". */
  async set(name: string, value: number): Promise<void> {
    await this.page.getByRole('slider', { name }).fill(String(value));
  }

  /** On the page "Trade": places no more orders than those that are there, and waits until these have ended. */
  async rest(): Promise<Tally> {
    await this.set('Orders', 0);
    await this.ended();
    // An order that came with the last burst, before the knob was turned.
    await this.page.waitForTimeout(300);
    return this.ended();
  }

  /**
   * On the page "Trade": waits until every order has ended. A risk check that a busy machine keeps for more than 250 ms has failed, and its
   * order is a dead letter. So those are sent again.
   */
  ended(): Promise<Tally> {
    const look = async (): Promise<Tally> => {
      await this.redeliver();
      return this.tally();
    };
    return this.until(look, ({ open }) => open === 0);
  }

  /** Presses "Redeliver all". Nothing comes of it if the button is disabled. */
  async redeliver(): Promise<void> {
    await this.page.getByRole('button', { name: 'Redeliver all' }).evaluate((button: HTMLElement) => button.click());
  }

  async goTo(link: 'Trade' | 'Risk check' | 'Actors'): Promise<void> {
    await this.page.getByRole('link', { name: link, exact: true }).click();
    await this.page.getByRole('heading', { name: link, level: 1 }).waitFor({ state: 'attached' });
  }

  async runOn(engine: 'rx-broker' | 'Subject bus'): Promise<void> {
    await this.page.getByRole('radio', { name: engine }).click();
  }

  /** Runs the desk on the bus, until a risk check of it has failed. */
  async killBus(): Promise<void> {
    await this.set('Risk failures', 100);
    for (;;) {
      await this.runOn('Subject bus');
      const death = this.page.getByRole('alert').getByText('The bus is dead.').waitFor({ timeout: 5_000 });
      if (await death.then(() => true, () => false)) return;
      // One time in eighty the first four checks hang, and no further one is made. Then another bus has to be killed.
      await this.runOn('rx-broker');
    }
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { renderToString } from 'ink';
import { VirtualTimeScheduler } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCENES } from './order-desk/script';
import { type Session, type SessionReport, startSession } from './order-desk/session';
import { bar, shares, sparkline } from './order-desk/terminal/bars';
import { readCommandLine } from './order-desk/terminal/command-line';
import { Dashboard, type View } from './order-desk/terminal/dashboard';
import { LOAD_KEYS, pressLoadKey } from './order-desk/terminal/keys';
import { showLive } from './order-desk/terminal/live-view';
import { duration, shortCount } from './order-desk/terminal/numbers';
import { overwritten } from './terminal/overwriting';
import { plainLines } from './order-desk/terminal/plain-lines';
import { reportLines } from './order-desk/terminal/report-lines';
import { viewsOf } from './order-desk/terminal/views';

const WIDTHS = [40, 59, 60, 79, 80, 99, 100, 120, 169, 170, 200];

/** A view of each scene, the report, and what plain lines say of the same session. */
let views: View[];
let report: SessionReport;
let plain: string[];

beforeAll(async () => {
  const scheduler = new VirtualTimeScheduler(undefined, Infinity);
  const session = startSession({ seconds: 12, seed: 1, scheduler });
  views = [];
  plain = [];
  plainLines(session, 1_000, scheduler).subscribe((line) => plain.push(line));
  const all = viewsOf(session, 100, scheduler).subscribe((view) => {
    // The last one of each.
    if (views.at(-1)?.scene?.title === view.scene?.title) views.pop();
    views.push(view);
  });
  scheduler.schedule(() => all.unsubscribe(), 12_000);
  scheduler.flush();
  report = await session.report;
});

/** The lines of a view, without colours. */
function linesOf(view: View, columns: number, rows = 30): string[] {
  const text = renderToString(<Dashboard {...view} columns={columns} rows={rows} />, { columns });
  return text.replaceAll(/\u001b\[[\d;]*m/g, '').split('\n');
}

describe('the dashboard', () => {
  it.each(WIDTHS)('fits into %i columns, and keeps each row and each column in its place', (columns) => {
    const places = views.map((view) => {
      const lines = linesOf(view, columns);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      const rows = view.frame.actors.map(({ name }) => lines.findIndex((line) => new RegExp(`^${name} +[█▉▊▋▌▍▎▏·].* \\d+/\\d`).test(line)));
      const depths = rows.map((row) => lines[row]?.indexOf('/'));
      for (const row of rows) expect(lines[row]).not.toContain('…');
      const keys = lines.findIndex((line) => line.startsWith('f feed'));
      return { height: lines.length, rows, depths, keys };
    });
    expect(JSON.stringify(places[0])).not.toContain('-1');
    for (const each of places) expect(each).toEqual(places[0]);
  });

  it.each([16, 20, 24, 40])('is lower than a terminal of %i rows', (rows) => {
    for (const columns of [40, 80, 200]) expect(linesOf(views.at(-1)!, columns, rows).length).toBeLessThan(rows);
  });

  it('says what is being shown, and shows queues, losses, orders and dead letters', () => {
    const flood = views.find(({ scene }) => scene?.title === 'Flood')!;
    const text = linesOf(flood, 100).join('\n');
    expect(text).toContain(SCENES[1]!.says);
    expect(text).toMatch(/^quotes\.ACME █+.*[01]\/1 .* ms +[\d,]+ Dropped/m);
    expect(text).toMatch(/^desk +█+.*\d\d\/64 .* ms +\d+ MailboxFull/m);
    expect(text).toMatch(/\d+ orders +\d+ filled +\d+ rejected +\d+ cancelled +\d+ open +\d+ parked/);
    expect(text).toMatch(/\d+ dead letters, \d+ of them parked orders/);
    expect(text).toMatch(/0:0\d ×\d+ +MailboxFull +order \d+/);
    expect(text).toMatch(/f feed 4,000\/s +o orders 240\/s/);
  });

  it('has its parts one beside the other where there is room, and leaves out what there is no room for', () => {
    const view = views.at(-1)!;
    expect(linesOf(view, 200).find((line) => line.startsWith('actor'))).toMatch(/dead letters/);
    expect(linesOf(view, 100).find((line) => line.startsWith('actor'))).toMatch(/the last \d+ s/);
    expect(linesOf(view, 60).find((line) => line.startsWith('actor'))).toMatch(/^actor +queued +turns\/s +a turn +lost/);
    expect(linesOf(view, 40).find((line) => line.startsWith('actor'))).toMatch(/^actor +queued +lost$/);
  });
});

describe('the live view', () => {
  class FakeTerminal extends EventEmitter {
    readonly isTTY = true;
    columns = 80;
    rows = 24;
    text = '';
    write(chunk: string): boolean {
      this.text += chunk;
      return true;
    }
  }

  function show(session: Session, input: { isTTY?: undefined } = {}, size = { columns: 80, rows: 24 }) {
    const stdout = Object.assign(new FakeTerminal(), size);
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined, ref: () => undefined, unref: () => undefined, ...input });
    const seen = { interrupts: 0 };
    const terminal = { stdout: stdout as unknown as NodeJS.WriteStream, stdin: stdin as unknown as NodeJS.ReadStream, onInterrupt: () => void seen.interrupts++ };
    return { stdout, stdin, seen, hide: showLive(session, terminal) };
  }

  it('takes keys, and is off the screen when it is hidden', async () => {
    const scheduler = new VirtualTimeScheduler(undefined, Infinity);
    const session = startSession({ seconds: 60, seed: 1, scheduler });
    const { stdin, stdout, hide, seen } = show(session);
    const scenes: (string | undefined)[] = [];
    session.scene$.subscribe((scene) => scenes.push(scene?.title));
    const press = async (key: string): Promise<void> => {
      stdin.write(key);
      // Ink reads its input when Node comes to it.
      await new Promise((resolve) => setImmediate(resolve));
    };
    await expect.poll(() => stdin.listenerCount('readable')).toBeGreaterThan(0);
    await press('x');
    expect(scenes).toEqual(['A calm day']);
    await press('f');
    await press('\u0003');
    expect(session.desk.load.feedRate).toBe(4_000);
    expect(scenes).toEqual(['A calm day', undefined]);
    expect(seen.interrupts).toBe(1);
    await press('q');
    hide();
    scheduler.flush();
    expect(await session.report).toMatchObject({ addsUp: true, isInterrupted: false });
    expect(stdout.text.endsWith('\u001b[?25h')).toBe(true);
  });

  it.each([
    ['keys that come together, in capitals, too', 'fF', 10_000, 0],
    ['Ctrl-C twice at once', '\u0003\u0003', 1_000, 2],
    ['a key and Ctrl-C at once', 'f\u0003', 4_000, 1],
    ['no answers of the terminal, and no keys with Ctrl or Alt', '\u001b[?62;f\u0006\u001bf', 1_000, 0],
  ])('takes %s', async (_what, typed, feedRate, interrupts) => {
    const session = startSession({ seconds: 60, seed: 1, scheduler: new VirtualTimeScheduler(undefined, Infinity) });
    const { stdin, hide, seen } = show(session);
    await expect.poll(() => stdin.listenerCount('readable')).toBeGreaterThan(0);
    stdin.write(typed);
    await new Promise((resolve) => setImmediate(resolve));
    expect([session.desk.load.feedRate, seen.interrupts]).toEqual([feedRate, interrupts]);
    hide();
  });

  it('shows the desk where the input is no terminal, and takes no keys', async () => {
    const session = startSession({ seconds: 60, seed: 1, scheduler: new VirtualTimeScheduler(undefined, Infinity) });
    const { stdin, stdout, hide } = show(session, { isTTY: undefined });
    stdin.write('f');
    await expect.poll(() => stdout.text).toContain('A calm day');
    hide();
    expect(stdout.text).not.toMatch(/ERROR|Raw mode/);
    expect(session.desk.load.feedRate).toBe(1_000);
  });

  it('is 80 columns wide where the terminal does not know its size, and does not erase it', async () => {
    const session = startSession({ seconds: 60, seed: 1, scheduler: new VirtualTimeScheduler(undefined, Infinity) });
    const { stdout, hide } = show(session, {}, { columns: 0, rows: 0 });
    await expect.poll(() => stdout.text).toMatch(/turns\/s +a turn/);
    hide();
    expect(stdout.text).not.toContain('\u001b[2J');
  });

  it('draws a frame over the last one without erasing it first', () => {
    const eraseLines = (count: number): string => `${'\u001b[2K\u001b[1A'.repeat(count - 1)}\u001b[2K\u001b[G`;
    const screen = new Screen();
    screen.write('before\n');
    for (const frame of ['one\nlonger line\nthree\n', 'uno\nshort\ntres\nquattro\n', 'I\nII\n']) {
      const drawn = overwritten(eraseLines(screen.drawn) + frame);
      expect(drawn).not.toContain('\u001b[2K');
      screen.write(drawn);
      expect(screen.text).toBe(`before\n${frame}`);
      screen.drawn = frame.split('\n').length;
    }
  });

  it.each(LOAD_KEYS.map(({ key }) => key))('comes back to the same load by pressing %s again and again', (key) => {
    const { load } = views[0]!.frame;
    const desk = { load, setLoad: (change: object) => (desk.load = { ...desk.load, ...change }) };
    const labels = new Set<string>();
    do {
      expect(pressLoadKey(key, desk)).toBe(true);
      labels.add(LOAD_KEYS.find((each) => each.key === key)!.label(desk.load));
    } while (JSON.stringify(desk.load) !== JSON.stringify(load) && labels.size < 20);
    expect(labels.size).toBeGreaterThan(2);
    expect(Math.max(...[...labels].map((label) => label.length))).toBeLessThanOrEqual(14);
  });
});

/** As much of a terminal as the view uses: up, to the first column, erase the rest of a line and of the screen. */
class Screen {
  drawn = 1;
  #lines = [''];
  #row = 0;
  #column = 0;

  get text(): string {
    return this.#lines.join('\n');
  }

  write(text: string): void {
    for (const [part, up, erase] of text.matchAll(/\u001b\[(\d+)A|\u001b\[([KJ])|[^\u001b]/g)) {
      const line = this.#lines[this.#row]!;
      if (up !== undefined) this.#row -= Number(up);
      else if (erase === 'K') this.#lines[this.#row] = line.slice(0, this.#column);
      else if (erase === 'J') this.#lines.splice(this.#row, Infinity, line.slice(0, this.#column));
      else if (part === '\r') this.#column = 0;
      else if (part === '\n') [this.#row, this.#column] = [this.#row + 1, 0];
      else this.#lines[this.#row] = line.slice(0, this.#column) + part + line.slice(++this.#column);
      this.#lines[this.#row] ??= '';
    }
  }
}

describe('the plain lines', () => {
  it('name each scene, and say each second where the desk is', () => {
    expect(plain.filter((line) => line.startsWith('\n')).map((line) => /^\n(?:\d\/7 )?([^.]+)\./.exec(line)?.[1])).toEqual([...SCENES.map(({ title }) => title), 'Closing']);
    const seconds = plain.filter((line) => !line.startsWith('\n'));
    expect(seconds.length).toBeGreaterThanOrEqual(11);
    expect(seconds[0]).toMatch(/^ 0:01 {2}\d+ orders = \d+ filled \+ \d+ rejected \+ \d+ cancelled \+ \d+ open \(\d+ parked\) {2}desk \d+\/64 risk \d+\/16 book \d+\/16 audit \d+\/32.* {2}[\d,]+ old prices dropped$/);
  });
});

describe('the report', () => {
  it.each(WIDTHS)('has no line wider than %i columns', (width) => {
    for (const { text } of reportLines(report, width)) expect(text.length).toBeLessThanOrEqual(width);
  });

  it('names each loss in full, in as many lines as that takes', () => {
    const losses = { MailboxFull: 1_131, HandlerFailed: 51, ActorNotFound: 99, Dropped: 12 };
    const actors = report.actors.map((actor) => (actor.name === 'desk' ? { ...actor, losses } : actor));
    const lines = reportLines({ ...report, actors }, 80).map(({ text }) => text);
    const first = lines.findIndex((line) => line.startsWith('desk  ') && line.includes('HandlerFailed'));
    expect(lines.slice(first, first + 2).map((line) => line.slice(33))).toEqual(['1,131 MailboxFull, 51 HandlerFailed,', '99 ActorNotFound, 12 Dropped']);
    expect(lines[first + 1]).toMatch(/^ {33}\d/);
  });

  it('shows sums, and that they add up', () => {
    const text = reportLines(report, 200).map((line) => line.text).join('\n');
    expect(text).toMatch(/orders +[\d,]+ placed = [\d,]+ filled \+ [\d,]+ rejected \+ \d+ cancelled \+ 0 open/);
    expect(text).toMatch(/desk +[\d,]+ sent = [\d,]+ delivered \+ \d+ failed \+ 0 pending/);
    expect(text).toContain('All numbers add up: every order ended once.');
    expect(reportLines({ ...report, addsUp: false }, 80).at(-1)).toEqual({ text: 'The numbers do not add up: this is a bug.', tone: 'bad' });
    expect(reportLines({ ...report, isInterrupted: true }, 80)[0]?.text).toMatch(/stopped early/);
  });
});

describe('its numbers and bars', () => {
  it.each([
    [0, '0'],
    [9_999, '9,999'],
    [10_000, '10.0k'],
    [99_949, '99.9k'],
    [99_950, '100k'],
    [999_499, '999k'],
    [1_234_567, '1.2M'],
  ])('writes %i as %s', (value, text) => {
    expect(shortCount(value)).toBe(text);
  });

  it.each([
    [0, '0.0 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [999.6, '1.0 s'],
  ])('writes %d ms as %s', (value, text) => {
    expect(duration(value)).toBe(text);
  });

  it('draws bars of one width, in which what is not nothing shows', () => {
    for (const part of [0, 0.001, 0.3, 0.5, 0.999, 1, 1.2]) expect((({ filled, empty }) => filled.length + empty.length)(bar(part, 10))).toBe(10);
    expect([bar(0, 4).filled, bar(0.001, 4).filled, bar(0.5, 4).filled, bar(1, 4).filled]).toEqual(['', '▏', '██', '████']);
    expect(shares([1, 0, 1_000], 10)).toEqual([1, 0, 9]);
    expect(shares([0, 0], 10)).toEqual([0, 0]);
    expect(sparkline([0, 0.5, 1], 4)).toBe('  ▅█');
  });
});

describe('its command line', () => {
  it('reads options', () => {
    expect(readCommandLine([])).toEqual({ seconds: 60, seed: 1, isJson: false, isPlain: false, isHelp: false });
    expect(readCommandLine(['--seconds', '2.5', '--seed=7', '--json'])).toMatchObject({ seconds: 2.5, seed: 7, isJson: true });
  });

  it.each([
    [['--seconds', '0'], "--seconds must be a number from 1 to 3600, got '0'"],
    [['--seconds', 'soon'], "got 'soon'"],
    [['--seconds', ''], "got ''"],
    [['--seconds', 'Infinity'], 'from 1 to 3600'],
    [['--seed', '1.5'], "--seed must be a whole number from 0 to 4294967295, got '1.5'"],
    [['--json', '--plain'], 'choose one of --json and --plain'],
    [['--jsn'], '--jsn'],
    [['folder'], 'folder'],
    [['--seconds'], '--seconds'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
  });
});

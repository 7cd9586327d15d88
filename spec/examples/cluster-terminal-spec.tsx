import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import type { ClusterSnapshot, DepotState } from './cluster/cluster';
import { frameOf } from './cluster/cluster-frames';
import { DEPOTS } from './cluster/messages';
import { CLOSING, SCENES } from './cluster/script';
import type { ClusterReport } from './cluster/session';
import { readCommandLine } from './cluster/terminal/command-line';
import { Dashboard, type View } from './cluster/terminal/dashboard';
import { reportLines } from './cluster/terminal/report-lines';

const WIDTHS = [40, 59, 60, 79, 80, 100, 120, 200];

const snapshotAt = (at: number, ok: number, isUp = true): ClusterSnapshot => ({
  ...{ at, isServerUp: isUp, serverKills: 12, depotKills: 3 },
  depots: DEPOTS.map((name): DepotState => {
    const counts = { sent: 4 * ok, ok, failed: 3 * ok, unknown: ok / 10, handled: ok, open: 1_000 };
    return { ...counts, name, label: `${name}-12`, isUp, slowest: 1_234, nodes: isUp ? DEPOTS : [] };
  }),
});

const viewOf = (scene: View['scene'], isUp: boolean): View => ({
  frame: frameOf([snapshotAt(60_000, 99_000, isUp), snapshotAt(61_000, 99_200, isUp)]),
  history: new Map(DEPOTS.map((name) => [name, [0, 100, 200]])),
  notes: Array.from({ length: 20 }, (_, i) => ({ at: i * 1_000, text: `note ${i}: the others know that north-12 is gone` })),
  scene,
});

/** The lines of a view, without colours. */
function linesOf(view: View, columns: number, rows = 30): string[] {
  const text = renderToString(<Dashboard {...view} columns={columns} rows={rows} />, { columns });
  return text.replaceAll(/\u001b\[[\d;]*m/g, '').split('\n');
}

describe('the dashboard of the cluster', () => {
  it.each(WIDTHS)('fits into %i columns, and keeps each row in its place', (columns) => {
    const places = [...SCENES, CLOSING].flatMap((scene) =>
      [true, false].map((isUp) => {
        const lines = linesOf(viewOf(scene, isUp), columns);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
        return [/^server [●○]/, /^depot /, /^north-12/, /^south-12/, /^ 0:19/, /^q quit/].map((start) => lines.findIndex((line) => start.test(line)));
      }),
    );
    expect(places[0]).not.toContain(-1);
    for (const each of places) expect(each).toEqual(places[0]);
  });

  it.each([14, 20, 24, 60])('is lower than a terminal of %i rows', (rows) => {
    for (const columns of [40, 80, 200]) expect(linesOf(viewOf(SCENES[1]!, true), columns, rows).length).toBeLessThan(rows);
  });

  it('shows the scene, whether the server and each process live, and how requests end', () => {
    const text = linesOf(viewOf(SCENES[2]!, false), 100).join('\n');
    expect(text).toContain(SCENES[2]!.says);
    expect(text).toMatch(/3\/6 A depot dies/);
    expect(text).toMatch(/^server ○ dead {2}killed 12 ×, depots 3 ×/m);
    expect(text).toMatch(/^east-12 +○ dead +200 +– +1,000 +99\.2k +298k +9,920 +–/m);
  });
});

describe('the account of the cluster', () => {
  const report: ClusterReport = {
    ...{ sent: 1_000_000, ok: 990_000, failed: { ActorNotFound: 5_000 }, unknown: { NodeUnavailable: 4_990, SenderKilled: 10 }, handled: 991_000 },
    ...{ contradictions: [], addsUp: true, ms: 20_000, serverKills: 4, depotKills: 1, isInterrupted: false },
  };

  it.each(WIDTHS)('has no line wider than %i columns', (width) => {
    const lines = reportLines({ ...report, addsUp: false, contradictions: ['north-1/12 was handled 2 times'] }, width);
    for (const { text } of lines) expect(text.length).toBeLessThanOrEqual(width);
  });

  it('shows the sums, and whether they add up', () => {
    const text = reportLines(report, 200).map((line) => line.text).join('\n');
    expect(text).toMatch(/requests +1,000,000 sent = 990,000 ok \+ 5,000 failed \+ 5,000 unknown/);
    expect(text).toMatch(/unknown +4,990 NodeUnavailable, 10 SenderKilled/);
    expect(text).toMatch(/killed +the server 4 times, a depot once/);
    expect(reportLines({ ...report, addsUp: false }, 80).at(-1)).toEqual({ text: 'The numbers do not add up: this is a bug.', tone: 'bad' });
  });
});

describe('its command line', () => {
  it('reads options', () => {
    expect(readCommandLine([])).toEqual({ seconds: 20, isJson: false, isPlain: false, isHelp: false });
    expect(readCommandLine(['--seconds=2.5', '--json'])).toMatchObject({ seconds: 2.5, isJson: true });
  });

  it.each([
    [['--seconds', '0'], "--seconds must be a number from 1 to 3600, got '0'"],
    [['--seconds', ''], "got ''"],
    [['--seconds', '3601'], "got '3601'"],
    [['--plain', '--json'], 'choose one of --json and --plain'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
  });
});

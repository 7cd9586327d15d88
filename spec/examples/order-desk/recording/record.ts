/**
 * Records the order desk for the README, in virtual time: the same picture each time.
 *
 *     npx tsx spec/examples/order-desk/recording/record.ts              writes spec/readme/order-desk.svg
 *     npx tsx spec/examples/order-desk/recording/record.ts --stdout     prints it
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Chalk, Ink and React read them when they are loaded.
process.env['FORCE_COLOR'] = '3';
process.env['COLORTERM'] = 'truecolor';
delete process.env['CI'];
process.env['NODE_ENV'] = 'production';
const { recordFrames } = await import('./frames');
const { svgOf } = await import('./svg');

const columns = 100;
/** The frame is a line lower. */
const rows = 25;
const svg = svgOf({
  frames: recordFrames({ columns, rows, seconds: 30, every: 1.5 }),
  columns,
  rows: rows - 1,
  period: 1.2,
  title: 'npm start',
  description:
    'An order desk on a terminal: a row for each actor with its queue as a bar, its rate and its losses; the orders as a sum; dead letters as they come. The load changes: a flood, a failing risk service, a slow audit, a recovery, a redelivery.',
  still: 5,
});
if (process.argv.includes('--stdout')) process.stdout.write(svg);
else writeFileSync(fileURLToPath(new URL('../../../readme/order-desk.svg', import.meta.url)), svg);

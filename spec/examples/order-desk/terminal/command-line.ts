import { parseArgs } from 'node:util';

export interface CommandLine {
  readonly seconds: number;
  readonly seed: number;
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `usage: npm start -- [--seconds N] [--seed N] [--plain | --json]

Plays an order desk for a minute: prices, orders, a risk service that fails, an audit service that is slow, dead letters.

  --seconds N   how long the script takes, 1 to 3600 (default 60)
  --seed N      another row of random numbers (default 1)
  --plain       plain lines, as where the output is no terminal
  --json        only the report, as JSON
  --help        this text

keys: f feed, o orders, e risk errors, l risk latency, a audit speed, w what a full mailbox does, c turns at once, r redeliver, q quit
exit codes: 0 done, 1 the numbers do not add up, 2 bad arguments, 130 stopped by Ctrl-C (it still drains and reports)`;

/** @throws {Error} that says which argument is wrong. */
export function readCommandLine(args: string[]): CommandLine {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.json && values.plain) throw new Error('choose one of --json and --plain');
  return {
    seconds: numberOf('--seconds', values.seconds, 1, 3_600, 'a number'),
    seed: numberOf('--seed', values.seed, 0, 2 ** 32 - 1, 'a whole number'),
    isJson: values.json,
    isPlain: values.plain,
    isHelp: values.help,
  };
}

function numberOf(name: string, text: string, least: number, most: number, kind: 'a number' | 'a whole number'): number {
  const value = text.trim() === '' ? NaN : Number(text);
  const isOfKind = kind === 'a number' || Number.isInteger(value);
  if (!(value >= least && value <= most && isOfKind)) throw new Error(`${name} must be ${kind} from ${least} to ${most}, got '${text}'`);
  return value;
}

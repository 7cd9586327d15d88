import { parseArgs } from 'node:util';

export interface CommandLine {
  readonly seconds: number;
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `usage: npm run example:cluster -- [--seconds N] [--plain | --json]

Starts a NATS server and three processes that send requests to one another, kills processes and the server, and accounts for every request.

  --seconds N   how long the script takes, 1 to 3600 (default 20); a death takes its time, so it takes at least 10
  --plain       plain lines, as where the output is no terminal
  --json        only the account, as JSON
  --help        this text

keys: q quit
exit codes: 0 done, 1 the account does not add up or there is no server, 2 bad arguments, 130 stopped by Ctrl-C (it still drains and reports)`;

/** @throws {Error} that says which argument is wrong. */
export function readCommandLine(args: string[]): CommandLine {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.json && values.plain) throw new Error('choose one of --json and --plain');
  const seconds = values.seconds.trim() === '' ? NaN : Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 3_600)) throw new Error(`--seconds must be a number from 1 to 3600, got '${values.seconds}'`);
  return { seconds, isJson: values.json, isPlain: values.plain, isHelp: values.help };
}

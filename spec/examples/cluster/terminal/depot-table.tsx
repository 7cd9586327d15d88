import { Text } from 'ink';
import type { ReactElement } from 'react';
import { sparkline } from '../../order-desk/terminal/bars';
import { count, duration, shortCount } from '../../order-desk/terminal/numbers';
import { palette } from '../../order-desk/terminal/palette';
import type { DepotRates } from '../cluster-frames';

export interface DepotTableProps {
  readonly depots: readonly DepotRates[];
  readonly history: ReadonlyMap<string, readonly number[]>;
  readonly width: number;
}

/** Answers in a second that fill a column of the history. */
const FULL = 220;

/** A column: its heading, its width, what it says of a depot, and from which width of the terminal on it is there. */
interface Column {
  readonly head: string;
  readonly width: number;
  readonly from: number;
  readonly cell: (depot: DepotRates) => string;
  readonly tone?: (depot: DepotRates) => string | undefined;
}

const COLUMNS: readonly Column[] = [
  { head: 'ok/s', width: 6, from: 0, cell: ({ okPerSecond }) => count(okPerSecond) },
  { head: 'slowest', width: 9, from: 60, cell: ({ slowestOfLate, isUp }) => (isUp ? duration(slowestOfLate) : '–') },
  { head: 'open', width: 6, from: 60, cell: ({ open }) => shortCount(open) },
  { head: 'ok', width: 7, from: 0, cell: ({ ok }) => shortCount(ok) },
  { head: 'failed', width: 8, from: 60, cell: ({ failed }) => shortCount(failed), tone: ({ failed }) => (failed > 0 ? palette.busy : palette.quiet) },
  { head: 'unkn.', width: 6, from: 0, cell: ({ unknown }) => shortCount(unknown), tone: ({ unknown }) => (unknown > 0 ? palette.bad : palette.quiet) },
  { head: 'knows', width: 10, from: 80, cell: ({ nodes }) => (nodes.length === 0 ? '–' : `${nodes.length} nodes`) },
];
const LABEL = 10;
const STATE = 7;
const MOST_HISTORY = 60;

/** A row for each depot: whether its process lives, how many answers it gets, how long the slowest took, and how its requests ended. */
export function DepotTable({ depots, history, width }: DepotTableProps): ReactElement {
  const columns = COLUMNS.filter(({ from }) => width >= from);
  const rest = width - LABEL - STATE - columns.reduce((sum, column) => sum + column.width, 0);
  const past = rest >= 12 ? Math.min(MOST_HISTORY, rest - 2) : 0;
  return (
    <>
      <Text wrap="truncate" color={palette.quiet}>
        {'depot'.padEnd(LABEL + STATE) + columns.map(({ head, width: cell }) => head.padStart(cell)).join('') + (past > 0 ? `  the last ${past / 2} s` : '')}
      </Text>
      {depots.map((depot) => (
        <Text key={depot.name} wrap="truncate">
          <Text bold>{depot.label.padEnd(LABEL)}</Text>
          <Text color={depot.isUp ? palette.good : palette.bad}>{(depot.isUp ? '● up' : '○ dead').padEnd(STATE)}</Text>
          {columns.map(({ head, width: cell, cell: text, tone }) => (
            <Text key={head} color={tone?.(depot)}>
              {text(depot).padStart(cell)}
            </Text>
          ))}
          {past > 0 && <Text color={palette.calm}>{`  ${sparkline((history.get(depot.name) ?? []).map((rate) => rate / FULL), past)}`}</Text>}
        </Text>
      ))}
    </>
  );
}

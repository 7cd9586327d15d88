import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { DeskFrame } from '../desk-frames';
import { shares } from './bars';
import { count, shortCount } from './numbers';
import { palette } from './palette';

export interface OrdersProps {
  readonly frame: DeskFrame;
  readonly width: number;
}

/** The widths of the cells, so that the numbers keep their places as they grow. */
const CELLS = { orders: 13, filled: 13, rejected: 15, cancelled: 16, open: 11, parked: 12 } as const;

/** The lines that the orders take. */
export function linesOfOrders(width: number): number {
  return 2 + Math.ceil(Object.keys(CELLS).length / cellsInLine(width));
}

function cellsInLine(width: number): number {
  return width < 60 ? 2 : width < 80 ? 3 : 6;
}

/** What has become of all orders, as a sum and as one bar. */
export function Orders({ frame, width }: OrdersProps): ReactElement {
  const { placed, filled, rejected, cancelled, open } = frame.orders;
  const parts = [
    { name: 'filled', value: filled, colour: palette.good },
    { name: 'rejected', value: rejected, colour: palette.bad },
    { name: 'cancelled', value: cancelled, colour: palette.quiet },
    { name: 'open', value: open - frame.parked, colour: palette.calm },
    { name: 'parked', value: frame.parked, colour: palette.busy },
  ] as const;
  const widths = shares(parts.map(({ value }) => value), width);
  const inLine = cellsInLine(width);
  const spread = Math.min(4, Math.floor((width - 80) / 6));
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Box width={width} flexWrap="wrap">
        {[{ name: 'orders', value: placed, colour: undefined } as const, ...parts].map(({ name, value, colour }) => (
          <Box key={name} width={inLine === 6 ? CELLS[name] + spread : Math.floor(width / inLine)} height={1} flexShrink={0}>
            <Text wrap="truncate">
              <Text bold {...(colour !== undefined && { color: colour })}>
                {shortCount(value)}
              </Text>
              <Text color={palette.quiet}> {name}</Text>
            </Text>
          </Box>
        ))}
      </Box>
      <Text wrap="truncate">
        {placed === 0 ? ' ' : parts.map(({ name, colour }, index) => <Text key={name} color={colour}>{'▆'.repeat(widths[index]!)}</Text>)}
      </Text>
      <Text wrap="truncate" color={palette.quiet}>
        {facts(frame, width)}
      </Text>
    </Box>
  );
}

/** As many facts as there is room for. */
function facts({ overtaken, redelivered, audited, waiting, ordersPerSecond }: DeskFrame, width: number): string {
  const all = [`${count(ordersPerSecond)} orders/s`, `${count(waiting)} wait for a place`, `${count(overtaken)} overtaken`, `${count(redelivered)} sent again`, `${count(audited)} audited`];
  let text = '';
  for (const fact of all) {
    const longer = text === '' ? fact : `${text} · ${fact}`;
    if (longer.length > width) break;
    text = longer;
  }
  return text;
}

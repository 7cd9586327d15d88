import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Load } from '../load';
import { LOAD_KEYS } from './keys';
import { palette } from './palette';

export interface KeyBarProps {
  readonly load: Load;
  readonly width: number;
}

const CELL = 16;

/** How many lines the keys take. */
export function linesOfKeys(width: number): number {
  return Math.ceil((LOAD_KEYS.length + 2) / Math.max(1, Math.floor(width / CELL)));
}

/** The keys, and what each is set to. */
export function KeyBar({ load, width }: KeyBarProps): ReactElement {
  const cells = [...LOAD_KEYS.map(({ key, label }) => ({ key, label: label(load) })), { key: 'r', label: 'redeliver' }, { key: 'q', label: 'quit' }];
  return (
    <Box width={width} flexWrap="wrap" flexShrink={0}>
      {cells.map(({ key, label }) => (
        <Box key={key} width={CELL} height={1} flexShrink={0}>
          <Text wrap="truncate">
            <Text bold color={palette.brand}>
              {key}
            </Text>
            <Text color={palette.quiet}> {label}</Text>
          </Text>
        </Box>
      ))}
    </Box>
  );
}

import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { CLOSING, SCENES, numberOf } from '../script';
import type { ShownScene } from '../session';
import { clock } from './numbers';
import { palette } from './palette';
import { wrapWords } from './wrap-words';

export interface HeaderProps {
  /** Absent: somebody is at the keys. */
  readonly scene: ShownScene | undefined;
  readonly at: number;
  readonly width: number;
}

const BY_HAND = 'You are at the keys: change the load, and see where it builds up.';

/** As many lines for every scene, so that nothing below moves. */
export function linesOfText(width: number): number {
  return Math.max(...[BY_HAND, CLOSING.says, ...SCENES.map(({ says }) => says)].map((text) => wrapWords(text, width).length));
}

/** The name of the product, the scenes of the script, the time, and what is being shown. */
export function Header({ scene, at, width }: HeaderProps): ReactElement {
  const lines = wrapWords(scene?.says ?? BY_HAND, width);
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Box justifyContent="space-between" width={width} height={1}>
        <Box flexShrink={0}>
          <Text>
            <Text bold color={palette.brand}>
              rx-broker
            </Text>
            {width >= 60 && <Text color={palette.quiet}> order desk</Text>}
          </Text>
        </Box>
        <Box flexShrink={1} paddingX={2}>
          <Text wrap="truncate">
            {width >= 110 && scene !== undefined && scene !== CLOSING ? <Chapters scene={scene} /> : <Chapter scene={scene} />}
          </Text>
        </Box>
        <Box flexShrink={0}>
          <Text color={palette.quiet}>{clock(at).padStart(5)}</Text>
        </Box>
      </Box>
      {Array.from({ length: linesOfText(width) }, (_, index) => (
        <Text key={index} wrap="truncate">
          {lines[index] ?? ' '}
        </Text>
      ))}
    </Box>
  );
}

function Chapters({ scene }: Pick<HeaderProps, 'scene'>): ReactElement {
  return (
    <Text>
      {SCENES.map(({ title }, index) => (
        <Text key={title}>
          {index > 0 && <Text color={palette.quiet}> › </Text>}
          {title === scene?.title ? (
            <Text bold color={palette.calm}>
              {title}
            </Text>
          ) : (
            <Text color={palette.quiet}>{title}</Text>
          )}
        </Text>
      ))}
    </Text>
  );
}

function Chapter({ scene }: Pick<HeaderProps, 'scene'>): ReactElement {
  if (scene === undefined) return <Text color={palette.quiet}>at the keys</Text>;
  return (
    <Text>
      <Text color={palette.quiet}>
        {numberOf(scene)}
      </Text>
      <Text bold color={palette.calm}>
        {scene.title}
      </Text>
    </Text>
  );
}

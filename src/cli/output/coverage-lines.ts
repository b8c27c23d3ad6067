import type { Coverage, ScenarioCoverage } from '../conversation-tests/coverage';
import { formatRow, styled, type TerminalOptions } from './styled-text';

/** A table of what conversations have seen of each scenario, with what they have not. */
export function formatCoverage(paper: TerminalOptions, coverage: readonly ScenarioCoverage[]): readonly string[] {
  const width = Math.max(8, ...coverage.map(({ name }) => name.length)) + 2;
  return [
    styled(paper, 'faint', `${'coverage'.padEnd(width)}${'steps'.padStart(14)}${'transitions'.padStart(16)}`),
    ...coverage.flatMap(({ name, steps, transitions }) => [
      `${name.padEnd(width)}${shareText(steps).padStart(14)}${shareText(transitions).padStart(16)}`,
      ...unseenLines(paper, 'no step', steps),
      ...unseenLines(paper, 'no way', transitions),
    ]),
  ];
}

function shareText({ covered: seen, total }: Coverage): string {
  const share = total === 0 ? 100 : Math.floor((100 * seen) / total);
  return `${seen}/${total} ${`${share} %`.padStart(5)}`;
}

function unseenLines(paper: TerminalOptions, label: string, { uncovered: unseen }: Coverage): readonly string[] {
  return unseen.flatMap((what, index) =>
    formatRow(paper, [{ text: index === 0 ? `  ${label}` : '', width: 12, style: 'faint' }], what, 'faint'),
  );
}

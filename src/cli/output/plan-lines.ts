import {
  ContributionType,
  type ScenarioContribution,
  type ScenarioContributionPlan,
} from '../../../gen/focal/orchestration/v1/contribution';
import { ToolTiming } from '../../../gen/focal/orchestration/v1/scenario';
import { formatEnum } from './enum-text';
import { formatRecord } from './heard-lines';
import { formatRow, type Style, type TerminalOptions } from './styled-text';

const inks: Readonly<Record<string, Style>> = {
  ASK: 'blue',
  CONFIRM: 'yellow',
  ACTION_HINT: 'green',
  INFORM: 'plain',
  NONE: 'faint',
};

/** What the reply should hold, in its order. */
export function formatPlan(
  paper: TerminalOptions,
  plan: ScenarioContributionPlan | undefined,
  nameOf: (scenarioId: string) => string,
): readonly string[] {
  const contributions = plan?.contributions ?? [];
  if (contributions.length === 0)
    return ['', ...formatRow(paper, [{ text: 'plan', width: 11, style: 'faint' }], 'nothing to add', 'faint')];
  const nameWidth = Math.max(...contributions.map(({ scenarioId }) => nameOf(scenarioId).length)) + 2;
  return [
    '',
    ...contributions.flatMap((contribution, index) => {
      const type = formatEnum(ContributionType, contribution.type, 'CONTRIBUTION_TYPE_');
      const cells = [
        { text: index === 0 ? 'plan' : '', width: 8, ink: 'faint' },
        { text: `${index + 1}`, width: 3, ink: 'faint' },
        { text: nameOf(contribution.scenarioId), width: nameWidth, ink: 'strong' },
        { text: type, width: 13, ink: inks[type] ?? 'plain' },
      ] as const;
      return formatRow(paper, cells, contributionText(contribution, type, nameOf));
    }),
  ];
}

function contributionText(
  contribution: ScenarioContribution,
  type: string,
  nameOf: (scenarioId: string) => string,
): string {
  const { isReprompt, deferred, deferredBehindScenarioId } = contribution;
  const waits = deferred ? `(waits for ${nameOf(deferredBehindScenarioId)})` : '';
  return [whatItSays(contribution, type), isReprompt ? '(again)' : '', waits].filter((part) => part !== '').join(' ');
}

function whatItSays(contribution: ScenarioContribution, type: string): string {
  switch (type) {
    case 'ASK':
      return contribution.fieldsToAsk.join(', ');
    case 'CONFIRM':
      if (contribution.choices.length > 0)
        return contribution.choices.map(({ scenarioName }) => scenarioName).join(' or ');
      return `${contribution.actionToConfirm} ${bracketed(formatRecord(contribution.valuesToConfirm))}`.trim();
    case 'ACTION_HINT':
      return contribution.tools
        .map(
          ({ toolId, timing }) =>
            `${toolId} (${formatEnum(ToolTiming, timing, 'TOOL_TIMING_').toLowerCase().replace('_', ' ')})`,
        )
        .join(', then ');
    case 'INFORM':
      return contribution.templateIds.join(', ');
    default:
      return '';
  }
}

function bracketed(text: string): string {
  return text === '' ? '' : `[${text}]`;
}

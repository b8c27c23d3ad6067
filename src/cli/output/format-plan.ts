import {
  ChoiceReason,
  ContributionType,
  type PlannedRequest,
  type ResumeOffer,
  type ScenarioContribution,
} from '../../../gen/focal/orchestration/v1/contribution';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { RequestKind, WaitsFor } from '../../../gen/focal/orchestration/v1/request';
import { ToolTiming } from '../../../gen/focal/orchestration/v1/scenario';
import { formatEnum } from '../conversation-tests/summary-values';
import { formatRequestContent, formatRequestHistory, formatWaitsFor } from './format-request';
import { formatCount, formatRecord, type NameLookup } from './format-values';
import { type Cell, formatRow, type Style, type TerminalOptions } from './terminal';

const labelWidth = 11;

interface ContributionFormat {
  readonly style: Style;
  /** Formats the content of a contribution of this type. */
  readonly format: (contribution: ScenarioContribution) => string;
}

const noContent: ContributionFormat = { style: 'plain', format: () => '' };

const contributionFormats: Readonly<Record<ContributionType, ContributionFormat>> = {
  [ContributionType.CONTRIBUTION_TYPE_UNSPECIFIED]: noContent,
  [ContributionType.CONTRIBUTION_TYPE_NONE]: { style: 'faint', format: formatWaiting },
  [ContributionType.CONTRIBUTION_TYPE_ASK]: { style: 'blue', format: ({ fieldsToAsk }) => fieldsToAsk.join(', ') },
  [ContributionType.CONTRIBUTION_TYPE_CONFIRM]: { style: 'yellow', format: formatConfirmation },
  [ContributionType.CONTRIBUTION_TYPE_ACTION_HINT]: { style: 'green', format: formatTools },
  [ContributionType.CONTRIBUTION_TYPE_INFORM]: { style: 'plain', format: ({ templateIds }) => templateIds.join(', ') },
  [ContributionType.UNRECOGNIZED]: noContent,
};

/** Formats what an instance without a contribution waits for. */
function formatWaiting({ waitsFor }: ScenarioContribution): string {
  const isWaiting = waitsFor !== WaitsFor.WAITS_FOR_UNSPECIFIED && waitsFor !== WaitsFor.WAITS_FOR_NOTHING;
  return isWaiting ? `(waits for ${formatWaitsFor(waitsFor)})` : '';
}

function formatConfirmation({ choices, actionToConfirm, valuesToConfirm }: ScenarioContribution): string {
  if (choices.length > 0) return choices.map(({ scenarioName }) => scenarioName).join(' or ');
  const values = formatRecord(valuesToConfirm);
  return `${actionToConfirm} ${values === '' ? '' : `[${values}]`}`.trim();
}

function formatTools({ tools }: ScenarioContribution): string {
  const formatTiming = (timing: ToolTiming): string =>
    formatEnum(ToolTiming, timing).toLowerCase().replaceAll('_', ' ');
  return tools.map(({ toolId, timing }) => `${toolId} (${formatTiming(timing)})`).join(', then ');
}

/**
 * Formats the plan of a turn: the contributions to the reply in order, the other requests that are open after the turn, paused scenarios
 * that the reply may offer, and when the next timer is due. `now` is the time of the turn in milliseconds since 1970.
 */
export function formatPlan(
  terminal: TerminalOptions,
  { plan, revision, nextTimerAt }: ProcessTurnResponse,
  now: number,
  getName: NameLookup,
): readonly string[] {
  const otherRequests = plan?.openRequests.filter(({ request }) => request?.lastPut?.revision !== revision) ?? [];
  return [
    ...formatContributions(terminal, plan?.contributions ?? [], getName),
    ...formatOpenRequests(terminal, otherRequests, now, getName),
    ...formatOffers(terminal, plan?.offers ?? []),
    ...(nextTimerAt === undefined
      ? []
      : formatRow(terminal, [createLabel('timer')], nextTimerAt.toISOString(), 'faint')),
  ];
}

function createLabel(text: string): Cell {
  return { text, width: labelWidth, style: 'faint' };
}

function formatContributions(
  terminal: TerminalOptions,
  contributions: readonly ScenarioContribution[],
  getName: NameLookup,
): readonly string[] {
  if (contributions.length === 0) {
    return formatRow(terminal, [createLabel('plan')], 'no contributions', 'faint');
  }
  const nameWidth = Math.max(...contributions.map(({ scenarioId }) => getName(scenarioId).length)) + 2;
  return contributions.flatMap((contribution, index) => {
    const { type, scenarioId } = contribution;
    // A newer server may send a type that is not in the table.
    const { style, format } = contributionFormats[type] ?? noContent;
    const cells = [
      { text: index === 0 ? 'plan' : '', width: 8, style: 'faint' },
      { text: `${index + 1}`, width: 3, style: 'faint' },
      { text: getName(scenarioId), width: nameWidth, style: 'strong' },
      { text: formatEnum(ContributionType, type), width: 13, style },
    ] as const;
    const text = [format(contribution), ...listNotes(contribution, getName)].filter(Boolean).join(' ');
    return [...formatRow(terminal, cells, text), ...formatKey(terminal, contribution)];
  });
}

/** Formats the key that an outcome can name. It has its own row, because it is long (0.8). */
function formatKey(terminal: TerminalOptions, { actionKey }: { readonly actionKey: string }): readonly string[] {
  return actionKey === '' ? [] : formatRow(terminal, [createLabel('')], `key ${actionKey}`, 'faint');
}

/** Lists notes on a contribution: its reason, whether it is repeated, a reminder or deferred, and its lead-ins. */
function listNotes(contribution: ScenarioContribution, getName: NameLookup): readonly string[] {
  const { choiceReason, isReprompt, isReminder, deferred, deferredBehindScenarioId, leadInTemplateIds } = contribution;
  return [
    choiceReason === ChoiceReason.CHOICE_REASON_UNSPECIFIED ? '' : `(${formatEnum(ChoiceReason, choiceReason)})`,
    isReprompt && !isReminder ? '(repeated)' : '',
    isReminder ? '(reminder)' : '',
    deferred ? `(deferred behind ${getName(deferredBehindScenarioId)})` : '',
    leadInTemplateIds.length > 0 ? `(after ${leadInTemplateIds.join(', ')})` : '',
  ];
}

/** Formats the requests that wait for an answer or outcome although the plan does not put them (0.8). */
function formatOpenRequests(
  terminal: TerminalOptions,
  openRequests: readonly PlannedRequest[],
  now: number,
  getName: NameLookup,
): readonly string[] {
  const nameWidth = Math.max(0, ...openRequests.map(({ scenarioId }) => getName(scenarioId).length)) + 2;
  return openRequests.flatMap(({ scenarioId, request }, index) => {
    if (request === undefined) return [];
    const cells = [
      createLabel(index === 0 ? 'open' : ''),
      { text: getName(scenarioId), width: nameWidth, style: 'faint' },
      { text: formatEnum(RequestKind, request.kind), width: 13, style: 'faint' },
    ] as const;
    const text = `${formatRequestContent(request)} (${formatRequestHistory(request, now)})`.trim();
    return [...formatRow(terminal, cells, text, 'faint'), ...formatKey(terminal, request)];
  });
}

function formatOffers(terminal: TerminalOptions, offers: readonly ResumeOffer[]): readonly string[] {
  return offers.flatMap(({ scenarioName, stepId, missingFields, pausedTurns }, index) => {
    const missing = missingFields.length === 0 ? '' : `, missing ${missingFields.join(', ')}`;
    const text = `${scenarioName}, paused at ${stepId} for ${formatCount(pausedTurns, 'message')}${missing}`;
    return formatRow(terminal, [createLabel(index === 0 ? 'offers' : '')], text, 'faint');
  });
}

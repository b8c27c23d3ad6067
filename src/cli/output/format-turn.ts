import {
  ContributionType,
  type ScenarioContribution,
  type ScenarioContributionPlan,
} from '../../../gen/focal/orchestration/v1/contribution';
import { FieldSource, type RejectedValue, ValueRejectionReason } from '../../../gen/focal/orchestration/v1/field';
import {
  LifecycleReason,
  type RejectedCandidate,
  RejectionReason,
  ScenarioLifecycleAction,
  type ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcomeKind, ToolTiming } from '../../../gen/focal/orchestration/v1/scenario';
import { type ScenarioStepTransitionDecision, TransitionReason } from '../../../gen/focal/orchestration/v1/transition';
import {
  ScenarioSignal,
  type SignalAim,
  type StepOutcome,
  type Turn,
  TurnTrigger,
} from '../../../gen/focal/orchestration/v1/turn';
import { formatEnum } from '../conversation-tests/summary-values';
import { formatHeading, formatRow, type Style, type TerminalOptions } from './terminal';

const labelWidth = 11;

/** Maps a scenario id to the name of the scenario. */
type NameLookup = (scenarioId: string) => string;

/** A turn and its response. */
export interface ProcessedTurn {
  readonly title: string;
  readonly turn: Turn;
  readonly response: ProcessTurnResponse;
}

/** Formats a turn: its input, the decision for each scenario, rejected candidates, and the contribution plan. */
export function formatTurn(
  terminal: TerminalOptions,
  { title, turn, response }: ProcessedTurn,
  getName: NameLookup,
): readonly string[] {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = response;
  const names = [
    ...[...lifecycleDecisions, ...rejectedCandidates].map(({ scenarioId }) => getName(scenarioId)),
    ...(plan?.rejectedValues ?? []).map(({ fieldName }) => fieldName),
  ];
  const nameWidth = Math.max(0, ...names.map(({ length }) => length)) + 2;
  const transitions = new Map(transitionDecisions.map((decision) => [decision.instanceId, decision]));
  return [
    ...formatHeading(terminal, title),
    ...formatTurnInput(terminal, turn, response, getName),
    '',
    ...lifecycleDecisions.flatMap((decision) => {
      const transition = transitions.get(decision.instanceId);
      return formatDecision(terminal, decision, transition, getName(decision.scenarioId), nameWidth);
    }),
    ...rejectedCandidates.flatMap((candidate) => formatRejection(terminal, candidate, getName, nameWidth)),
    ...(plan?.rejectedValues ?? []).flatMap((rejected) => formatRejectedValue(terminal, rejected, nameWidth)),
    '',
    ...formatPlan(terminal, plan, getName),
    '',
  ];
}

/** Formats the customer's message, its interpretation, and the outcomes of steps. */
function formatTurnInput(
  terminal: TerminalOptions,
  turn: Turn,
  response: ProcessTurnResponse,
  getName: NameLookup,
): readonly string[] {
  const { situation, candidates, trigger, sessionVariables } = turn;
  const outcomes = turn.stepOutcomes.map((outcome) => formatOutcome(outcome, response, getName));
  const ignored = formatIgnoredOutcomes(terminal, response, labelWidth, getName);
  const formatFact = (label: string, values: readonly string[]): readonly string[] =>
    values.length === 0
      ? []
      : formatRow(terminal, [{ text: label, width: labelWidth, style: 'faint' }], values.join(' · '));
  if (trigger === TurnTrigger.TURN_TRIGGER_TIMER) {
    return [...formatFact('timer', ['no customer message']), ...formatFact('outcomes', outcomes), ...ignored];
  }
  if (trigger === TurnTrigger.TURN_TRIGGER_TOOL_RESULTS) return [...formatFact('tools', outcomes), ...ignored];
  const variables = situation?.candidateVariables ?? [];
  const signals = situation?.signals ?? [];
  return [
    ...formatRow(terminal, [], `“${situation?.message ?? ''}”`, 'strong'),
    ...formatFact('intent', [situation?.canonicalIntentLabel ?? ''].filter(Boolean)),
    ...formatFact(
      'values',
      variables.map(({ name, value }) => `${name}=${JSON.stringify(value)}`),
    ),
    ...formatFact('session', [formatRecord(sessionVariables)].filter(Boolean)),
    ...formatFact(
      'signals',
      signals.map((signal) => formatSignal(signal, getName)),
    ),
    ...formatFact('outcomes', outcomes),
    ...ignored,
    ...formatFact(
      'candidates',
      candidates.map(({ scenarioId, score }) => `${getName(scenarioId)} ${score.toFixed(2)}`),
    ),
  ];
}

/** Formats the entries of a record on one line: `order_id="4711", guests=4`. */
export function formatRecord(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
}

function formatSignal({ signal, scenarioIds, allInstances }: SignalAim, getName: NameLookup): string {
  const targets = allInstances ? ['all instances'] : scenarioIds.map(getName);
  return [formatEnum(ScenarioSignal, signal), ...targets].join(' ');
}

/** Formats the outcome of a step with the results of its tool: `look_up_order action succeeded for Order (status="sent")`. */
function formatOutcome(
  { kind, toolId, results, instanceId }: StepOutcome,
  { lifecycleDecisions }: ProcessTurnResponse,
  getName: NameLookup,
): string {
  const outcome = formatEnum(StepOutcomeKind, kind).replaceAll('_', ' ').toLowerCase();
  const scenarioId = lifecycleDecisions.find((decision) => decision.instanceId === instanceId)?.scenarioId;
  const scenario = instanceId === '' ? '' : ` for ${getName(scenarioId ?? instanceId)}`;
  const values = formatRecord(results);
  return `${toolId === '' ? '' : `${toolId} `}${outcome}${scenario}${values === '' ? '' : ` (${values})`}`;
}

/** Formats the outcomes of a turn that were not applied (0.6), each on its own line with the reason. */
export function formatIgnoredOutcomes(
  terminal: TerminalOptions,
  response: ProcessTurnResponse,
  width: number,
  getName: NameLookup,
): readonly string[] {
  return response.ignoredOutcomes.flatMap(({ outcome, instanceId, reasoning }) => {
    const text = outcome === undefined ? '' : `${formatOutcome({ ...outcome, instanceId }, response, getName)}: `;
    return formatRow(terminal, [{ text: 'ignored', width, style: 'yellow' }], `${text}${reasoning}`);
  });
}

const actionStyles: Readonly<Record<ScenarioLifecycleAction, Style>> = {
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_UNSPECIFIED]: 'plain',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START]: 'green',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CONTINUE]: 'blue',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_PAUSE]: 'yellow',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE]: 'green',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CANCEL]: 'red',
  [ScenarioLifecycleAction.UNRECOGNIZED]: 'plain',
};

/** Reasons that are not shown if there is a transition, because the transition implies them. */
const impliedReasons: ReadonlySet<LifecycleReason> = new Set([
  LifecycleReason.LIFECYCLE_REASON_GOES_ON,
  LifecycleReason.LIFECYCLE_REASON_QUIET,
]);

/** Formats a lifecycle decision and the transition of its instance. */
function formatDecision(
  terminal: TerminalOptions,
  decision: ScenarioLifecycleDecision,
  transition: ScenarioStepTransitionDecision | undefined,
  name: string,
  nameWidth: number,
): readonly string[] {
  const { action, reason, reasoning, irreversibleDone, missingSoftFields } = decision;
  const cells = [
    { text: formatEnum(ScenarioLifecycleAction, action), width: labelWidth, style: actionStyles[action] },
    { text: name, width: nameWidth, style: 'strong' },
  ] as const;
  const transitionText = transition === undefined ? undefined : formatTransition(transition);
  if (transitionText !== undefined && impliedReasons.has(reason)) return formatRow(terminal, cells, transitionText);
  const indent = [{ text: '', width: labelWidth + nameWidth }];
  return [
    ...formatRow(terminal, cells, `${formatEnum(LifecycleReason, reason)}: ${reasoning}`),
    ...irreversibleDone.flatMap((done) => formatRow(terminal, indent, `irreversible: ${done}`, 'faint')),
    ...(missingSoftFields.length > 0
      ? formatRow(terminal, indent, `missing soft fields: ${missingSoftFields.join(', ')}`, 'faint')
      : []),
    ...(transitionText === undefined ? [] : formatRow(terminal, indent, transitionText)),
  ];
}

function formatTransition(transition: ScenarioStepTransitionDecision): string {
  const { sourceStepId, targetStepId, skippedSteps, reason } = transition;
  const skipped = skippedSteps.length === 0 ? '' : `, skipping ${skippedSteps.join(', ')}`;
  if (reason === TransitionReason.TRANSITION_REASON_ENTERED) return `enters ${targetStepId}${skipped}`;
  if (reason === TransitionReason.TRANSITION_REASON_ADVANCED) return `${sourceStepId} → ${targetStepId}${skipped}`;
  const steps = sourceStepId === targetStepId ? `stays at ${targetStepId}` : `${sourceStepId} → ${targetStepId}`;
  const reasonText = formatEnum(TransitionReason, reason).toLowerCase().replaceAll('_', ' ');
  return `${steps}${skipped} (${reasonText})`;
}

function formatRejection(
  terminal: TerminalOptions,
  { scenarioId, reason, reasoning }: RejectedCandidate,
  getName: NameLookup,
  nameWidth: number,
): readonly string[] {
  const cells = [
    { text: 'rejected', width: labelWidth, style: 'faint' },
    { text: getName(scenarioId), width: nameWidth, style: 'strong' },
  ] as const;
  return formatRow(terminal, cells, `${formatEnum(RejectionReason, reason)}: ${reasoning}`);
}

/** A value that its field definition rejected. The value of a sensitive field is not shown. */
function formatRejectedValue(
  terminal: TerminalOptions,
  { fieldName, reason, source, text, value }: RejectedValue,
  nameWidth: number,
): readonly string[] {
  const cells = [
    { text: 'rejected', width: labelWidth, style: 'faint' },
    { text: fieldName, width: nameWidth, style: 'strong' },
  ] as const;
  const shown = value === undefined ? 'a value' : JSON.stringify(value);
  const origin = `${shown} from ${formatEnum(FieldSource, source).toLowerCase()}`;
  return formatRow(
    terminal,
    cells,
    `${formatEnum(ValueRejectionReason, reason)}: ${[origin, text].filter(Boolean).join('. ')}`,
  );
}

interface ContributionFormat {
  readonly style: Style;
  /** Formats the content of a contribution of this type. */
  readonly format: (contribution: ScenarioContribution) => string;
}

const noContent: ContributionFormat = { style: 'plain', format: () => '' };

const contributionFormats: Readonly<Record<ContributionType, ContributionFormat>> = {
  [ContributionType.CONTRIBUTION_TYPE_UNSPECIFIED]: noContent,
  [ContributionType.CONTRIBUTION_TYPE_NONE]: { ...noContent, style: 'faint' },
  [ContributionType.CONTRIBUTION_TYPE_ASK]: { style: 'blue', format: ({ fieldsToAsk }) => fieldsToAsk.join(', ') },
  [ContributionType.CONTRIBUTION_TYPE_CONFIRM]: { style: 'yellow', format: formatConfirmation },
  [ContributionType.CONTRIBUTION_TYPE_ACTION_HINT]: { style: 'green', format: formatTools },
  [ContributionType.CONTRIBUTION_TYPE_INFORM]: { style: 'plain', format: ({ templateIds }) => templateIds.join(', ') },
  [ContributionType.UNRECOGNIZED]: noContent,
};

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

/** Formats the contributions to the reply, in order. */
function formatPlan(
  terminal: TerminalOptions,
  plan: ScenarioContributionPlan | undefined,
  getName: NameLookup,
): readonly string[] {
  const contributions = plan?.contributions ?? [];
  if (contributions.length === 0) {
    return formatRow(terminal, [{ text: 'plan', width: labelWidth, style: 'faint' }], 'no contributions', 'faint');
  }
  const nameWidth = Math.max(...contributions.map(({ scenarioId }) => getName(scenarioId).length)) + 2;
  return contributions.flatMap((contribution, index) => {
    const { type, scenarioId, isReprompt, deferred, deferredBehindScenarioId } = contribution;
    // A newer server may send a type that is not in the table.
    const { style, format } = contributionFormats[type] ?? noContent;
    const cells = [
      { text: index === 0 ? 'plan' : '', width: 8, style: 'faint' },
      { text: `${index + 1}`, width: 3, style: 'faint' },
      { text: getName(scenarioId), width: nameWidth, style: 'strong' },
      { text: formatEnum(ContributionType, type), width: 13, style },
    ] as const;
    const notes = [
      isReprompt ? '(repeated)' : '',
      deferred ? `(deferred behind ${getName(deferredBehindScenarioId)})` : '',
    ];
    return formatRow(terminal, cells, [format(contribution), ...notes].filter((part) => part !== '').join(' '));
  });
}

import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import {
  type EndedInstance,
  PauseReason,
  type ScenarioInstance,
  ScenarioInstanceStatus,
  type Session,
  type StepVisit,
} from '../../../gen/focal/orchestration/v1/session';
import { formatEnum } from '../conversation-tests/summary-values';
import { formatIgnoredOutcomes, formatRecord } from './format-turn';
import { formatHeading, formatRow, type TerminalOptions } from './terminal';

const labelWidth = 12;

/** Maps a scenario id to the name of the scenario. */
type NameLookup = (scenarioId: string) => string;

/**
 * Formats a session: first its instances in the order of their start, with step, open contribution, the reasoning of the last
 * response and the results of tools; then the outcomes that the last turn ignored, ended instances, pending starts and variables.
 */
export function formatSession(
  terminal: TerminalOptions,
  session: Session,
  lastResponse: ProcessTurnResponse | undefined,
  getName: NameLookup,
): readonly string[] {
  const { sessionId, revision, turnCount, instances, endedInstances, pendingStarts, variables } = session;
  const formatFact = (label: string, text: string): readonly string[] =>
    formatRow(terminal, [{ text: label, width: labelWidth, style: 'faint' }], text);
  const values = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  return [
    ...formatHeading(terminal, `Session ${sessionId}`),
    ...formatFact('revision', `${revision}, ${turnCount} messages`),
    ...(instances.length === 0 ? formatFact('instances', 'none') : []),
    ...instances.flatMap((instance) => ['', ...formatInstance(terminal, instance, session, lastResponse, getName)]),
    '',
    ...(lastResponse === undefined ? [] : formatIgnoredOutcomes(terminal, lastResponse, labelWidth, getName)),
    ...endedInstances.flatMap((ended) => formatFact('ended', formatEndedInstance(ended, getName))),
    ...pendingStarts.flatMap(({ scenarioId, turnsLeft }) =>
      formatFact('pending', `${getName(scenarioId)}, for ${turnsLeft} more messages`),
    ),
    ...(variables.length > 0 ? formatFact('variables', formatRecord(values)) : []),
  ];
}

function formatInstance(
  terminal: TerminalOptions,
  instance: ScenarioInstance,
  { focusInstanceId }: Session,
  lastResponse: ProcessTurnResponse | undefined,
  getName: NameLookup,
): readonly string[] {
  const { instanceId, scenarioId, scenarioVersion, currentStepId, visit, path, irreversibleDone, variables } = instance;
  const isPaused = instance.status === ScenarioInstanceStatus.SCENARIO_INSTANCE_STATUS_PAUSED;
  const formatFact = (label: string, text: string): readonly string[] =>
    formatRow(terminal, [{ text: `  ${label}`, width: labelWidth, style: 'faint' }], text);
  const state = isPaused ? `paused, ${formatEnum(PauseReason, instance.pauseReason)}` : 'active';
  const focus = instanceId === focusInstanceId ? ', in focus' : '';
  const title = `${getName(scenarioId)} (version ${scenarioVersion}, ${state}${focus})`;
  const steps = path.map(({ stepId, visitNumber }) => (visitNumber === 0 ? `(${stepId})` : stepId));
  return [
    ...formatRow(terminal, [], title, isPaused ? 'yellow' : 'strong'),
    ...formatFact('step', currentStepId),
    ...formatFact('waits for', formatOpenContribution(visit)),
    ...listReasoning(lastResponse, instanceId).flatMap((reasoning, index) =>
      formatFact(index === 0 ? 'because' : '', reasoning),
    ),
    ...(steps.length > 0 ? formatFact('path', steps.join(' → ')) : []),
    ...(Object.keys(variables).length > 0 ? formatFact('results', formatRecord(variables)) : []),
    ...irreversibleDone.flatMap(({ description, stepId }) => formatFact('done', `${stepId}: ${description}`)),
    ...formatFact('instance', instanceId),
  ];
}

/** Formats the contribution that has no answer yet (3.1). */
function formatOpenContribution(visit: StepVisit | undefined): string {
  if (visit === undefined) return 'nothing';
  // A newer server may send a type that is not in the table.
  const format = openContributionFormats[visit.openType] ?? openContributionFormats[ContributionType.UNRECOGNIZED];
  return format(visit);
}

const openContributionFormats: Readonly<Record<ContributionType, (visit: StepVisit) => string>> = {
  [ContributionType.CONTRIBUTION_TYPE_UNSPECIFIED]: () => 'nothing',
  [ContributionType.CONTRIBUTION_TYPE_NONE]: () => 'nothing',
  [ContributionType.CONTRIBUTION_TYPE_ASK]: ({ openAskFields }) => `an answer to ASK ${openAskFields.join(', ')}`,
  [ContributionType.CONTRIBUTION_TYPE_CONFIRM]: ({ shownValues }) =>
    `an answer to CONFIRM ${formatRecord(shownValues)}`.trim(),
  [ContributionType.CONTRIBUTION_TYPE_ACTION_HINT]: () => 'the outcome of ACTION_HINT',
  [ContributionType.CONTRIBUTION_TYPE_INFORM]: () => 'nothing',
  [ContributionType.UNRECOGNIZED]: () => 'an unknown contribution',
};

/** Lists the reasoning in a response for one instance, without duplicates. */
function listReasoning(response: ProcessTurnResponse | undefined, instanceId: string): readonly string[] {
  const reasoning = [...(response?.lifecycleDecisions ?? []), ...(response?.transitionDecisions ?? [])]
    .filter((decision) => decision.instanceId === instanceId)
    .map((decision) => decision.reasoning);
  return [...new Set(reasoning)].filter((text) => text !== '');
}

function formatEndedInstance({ scenarioId, status, lastStepId }: EndedInstance, getName: NameLookup): string {
  return `${getName(scenarioId)} ${formatEnum(ScenarioInstanceStatus, status).toLowerCase()} at ${lastStepId}`;
}

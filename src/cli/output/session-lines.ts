import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import {
  type EndedInstance,
  PauseReason,
  type ScenarioInstance,
  ScenarioInstanceStatus,
  type Session,
} from '../../../gen/focal/orchestration/v1/session';
import { formatEnum } from './enum-text';
import { formatRecord } from './heard-lines';
import { formatHeading, formatRow, type TerminalOptions } from './styled-text';

const labelWidth = 12;

/**
 * A session for people: its instances in the order in which they started, each with its step, what it waits for and why it is there,
 * as the answer to the last turn tells; then what has ended, what is still to start, and what is known.
 */
export function formatSession(
  paper: TerminalOptions,
  session: Session,
  last: ProcessTurnResponse | undefined,
  nameOf: (scenarioId: string) => string,
): readonly string[] {
  const { sessionId, revision, turnCount, instances, endedInstances, pendingStarts, variables } = session;
  const fact = (label: string, text: string): readonly string[] =>
    formatRow(paper, [{ text: label, width: labelWidth, style: 'faint' }], text);
  const known = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  return [
    ...formatHeading(paper, `Session ${sessionId}`),
    ...fact('revision', `${revision}, ${turnCount} messages`),
    ...(instances.length === 0 ? fact('running', 'nothing') : []),
    ...instances.flatMap((instance) => ['', ...instanceLines(paper, instance, session, last, nameOf)]),
    '',
    ...endedInstances.flatMap((ended) => fact('ended', endedText(ended, nameOf))),
    ...pendingStarts.flatMap(({ scenarioId, turnsLeft }) =>
      fact('pending', `${nameOf(scenarioId)}, tried on ${turnsLeft} more messages`),
    ),
    ...(variables.length > 0 ? fact('known', formatRecord(known)) : []),
  ];
}

function instanceLines(
  paper: TerminalOptions,
  instance: ScenarioInstance,
  { focusInstanceId }: Session,
  last: ProcessTurnResponse | undefined,
  nameOf: (scenarioId: string) => string,
): readonly string[] {
  const { instanceId, scenarioId, scenarioVersion, currentStepId, path, irreversibleDone } = instance;
  const isPaused = instance.status === ScenarioInstanceStatus.SCENARIO_INSTANCE_STATUS_PAUSED;
  const below = (label: string, text: string): readonly string[] =>
    formatRow(paper, [{ text: `  ${label}`, width: labelWidth, style: 'faint' }], text);
  const state = isPaused ? `paused, ${formatEnum(PauseReason, instance.pauseReason, 'PAUSE_REASON_')}` : 'active';
  const focus = instanceId === focusInstanceId ? ', in focus' : '';
  const why = last === undefined ? [] : reasonings(last, instanceId);
  return [
    ...formatRow(
      paper,
      [],
      `${nameOf(scenarioId)} (version ${scenarioVersion}, ${state}${focus})`,
      isPaused ? 'yellow' : 'strong',
    ),
    ...below('step', currentStepId),
    ...below('waits for', waitsFor(instance)),
    ...why.flatMap((reasoning, index) => below(index === 0 ? 'because' : '', reasoning)),
    ...(path.length > 0
      ? below('path', path.map(({ stepId, visitNumber }) => (visitNumber === 0 ? `(${stepId})` : stepId)).join(' → '))
      : []),
    ...irreversibleDone.flatMap(({ description, stepId }) => below('done', `${stepId}: ${description}`)),
    ...below('instance', instanceId),
  ];
}

/** What was contributed last and has no answer yet (3.1). */
function waitsFor({ visit }: ScenarioInstance): string {
  if (visit === undefined) return 'nothing that it asked for';
  switch (visit.openType) {
    case ContributionType.CONTRIBUTION_TYPE_UNSPECIFIED:
      return 'nothing that it asked for';
    case ContributionType.CONTRIBUTION_TYPE_ASK:
      return `an answer to ASK ${visit.openAskFields.join(', ')}`;
    case ContributionType.CONTRIBUTION_TYPE_CONFIRM:
      return `a yes or no to CONFIRM ${formatRecord(visit.shownValues)}`.trim();
    default:
      return `the outcome of ${formatEnum(ContributionType, visit.openType, 'CONTRIBUTION_TYPE_')}`;
  }
}

function reasonings(
  { lifecycleDecisions, transitionDecisions }: ProcessTurnResponse,
  instanceId: string,
): readonly string[] {
  const told = [...lifecycleDecisions, ...transitionDecisions]
    .filter((decision) => decision.instanceId === instanceId)
    .map(({ reasoning }) => reasoning);
  return [...new Set(told)].filter((reasoning) => reasoning !== '');
}

function endedText({ scenarioId, status, lastStepId }: EndedInstance, nameOf: (scenarioId: string) => string): string {
  const word = status === ScenarioInstanceStatus.SCENARIO_INSTANCE_STATUS_COMPLETED ? 'completed' : 'cancelled';
  return `${nameOf(scenarioId)} ${word} at ${lastStepId}`;
}

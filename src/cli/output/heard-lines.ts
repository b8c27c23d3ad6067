import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import {
  ScenarioSignal,
  type SignalAim,
  type StepOutcome,
  type Turn,
  TurnTrigger,
} from '../../../gen/focal/orchestration/v1/turn';
import { formatEnum } from './enum-text';
import { formatRow, type TerminalOptions } from './styled-text';

const labelWidth = 11;

/** What came in: the message, what it was read as, and what became of steps. */
export function formatTurnInput(
  paper: TerminalOptions,
  turn: Turn,
  response: ProcessTurnResponse,
  nameOf: (scenarioId: string) => string,
): readonly string[] {
  const { situation, candidates, trigger } = turn;
  const scenarios = new Map(response.lifecycleDecisions.map(({ instanceId, scenarioId }) => [instanceId, scenarioId]));
  const outcomes = turn.stepOutcomes.map((outcome) =>
    outcomeText(outcome, scenarios.get(outcome.instanceId) ?? outcome.instanceId, nameOf),
  );
  if (trigger === TurnTrigger.TURN_TRIGGER_TIMER) return fact(paper, 'timer', ['nobody has spoken']);
  if (trigger === TurnTrigger.TURN_TRIGGER_TOOL_RESULTS) return fact(paper, 'tools', outcomes);
  return [
    ...formatRow(paper, [], `“${situation?.message ?? ''}”`, 'strong'),
    ...fact(paper, 'intent', [situation?.canonicalIntentLabel ?? ''].filter(Boolean)),
    ...fact(
      paper,
      'values',
      (situation?.candidateVariables ?? []).map(({ name, value }) => `${name}=${JSON.stringify(value)}`),
    ),
    ...fact(paper, 'session', [formatRecord(turn.sessionVariables)].filter(Boolean)),
    ...fact(
      paper,
      'signals',
      (situation?.signals ?? []).map((signal) => signalText(signal, nameOf)),
    ),
    ...fact(paper, 'answers', outcomes),
    ...fact(
      paper,
      'candidates',
      candidates.map(({ scenarioId, score }) => `${nameOf(scenarioId)} ${score.toFixed(2)}`),
    ),
  ];
}

/** Values of a record in a line. */
export function formatRecord(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
}

function fact(paper: TerminalOptions, label: string, facts: readonly string[]): readonly string[] {
  return facts.length === 0
    ? []
    : formatRow(paper, [{ text: label, width: labelWidth, style: 'faint' }], facts.join(' · '));
}

function signalText({ signal, scenarioIds, allInstances }: SignalAim, nameOf: (scenarioId: string) => string): string {
  const aim = allInstances ? ['everything'] : scenarioIds.map(nameOf);
  return [formatEnum(ScenarioSignal, signal, 'SCENARIO_SIGNAL_'), ...aim].join(' ');
}

function outcomeText(
  { kind, toolId, results }: StepOutcome,
  scenarioId: string,
  nameOf: (scenarioId: string) => string,
): string {
  const what = formatEnum(StepOutcomeKind, kind, 'STEP_OUTCOME_KIND_').replaceAll('_', ' ').toLowerCase();
  const whose = scenarioId === '' ? '' : ` for ${nameOf(scenarioId)}`;
  const values = formatRecord(results);
  return `${toolId === '' ? '' : `${toolId} `}${what}${whose}${values === '' ? '' : ` (${values})`}`;
}

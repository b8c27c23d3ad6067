import { isOpen } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { ToSimulatedStep } from './translate-turn';
import { toValueText } from './value-text';

/** What a session asks, and where its instances are, as texts that can be compared. */
export interface SessionPosition {
  /** The open requests and CHOICEs: what the next answer can belong to. */
  readonly questions: string;
  /** The instances with their steps, and whether they are paused. */
  readonly places: string;
}

/** Describes a session. `toStep` converts the steps of the recorded session to those of the simulated one. */
export function describePosition({ instances, choices }: Session, toStep: ToSimulatedStep): SessionPosition {
  const sorted = [...instances].sort((a, b) => (a.scenarioId < b.scenarioId ? -1 : 1));
  const choice = choices
    .filter(({ status }) => status === 'OPEN')
    .map(({ reason, scenarioIds }) => [reason, scenarioIds]);
  return {
    questions: toValueText([choice, sorted.map((instance) => listQuestions(instance, toStep))]),
    places: toValueText(
      sorted.map(({ scenarioId, status, currentStepId }) => [scenarioId, status, toStep(scenarioId, currentStepId)]),
    ),
  };
}

function listQuestions({ scenarioId, requests }: ScenarioInstance, toStep: ToSimulatedStep): readonly unknown[] {
  const open = requests.filter(isOpen);
  if (open.length === 0) return [];
  return open.map(({ kind, stepId, fields, values, tools }) => [
    scenarioId,
    kind,
    toStep(scenarioId, stepId),
    fields,
    kind === 'CONFIRM' ? values : [],
    tools,
  ]);
}

/** For a session whose steps have their own names. */
export const sameStep: ToSimulatedStep = (_scenarioId, stepId) => stepId;

import type { TurnDecision } from '../decide-turn';
import type { ScenarioInstance, Session } from '../model/session';
import type { Catalogue } from '../scenario/catalogue';
import { findPassedSteps } from './passed-steps';
import { findSimulatedInstance, type ToSimulatedStep } from './translate-turn';

/** A confirmation that a recorded turn asked for. */
export interface RecordedCheck {
  readonly instanceId: string;
  readonly scenarioId: string;
  readonly stepId: string;
}

/** A check that the simulated session passed without asking. */
export interface SkippedCheck extends RecordedCheck {
  /** How it was passed, for people. */
  readonly text: string;
}

/**
 * Finds checks that a simulated session skips: the recorded session has put the CONFIRM of a step, the simulated one has not put it on this turn
 * or before, and its instance of the scenario is past the step. It is past the step if it hints a WRITE action of the step or of a step behind
 * it, is at a step behind it, or has completed there. Each check is reported once, on the first such turn.
 */
export class SkippedCheckFinder {
  readonly #recorded = new Map<string, RecordedCheck>();
  /** Checks that the simulated session has put, by instance and step. */
  readonly #put = new Set<string>();
  readonly #reported = new Set<string>();

  constructor(private readonly toStep: ToSimulatedStep) {}

  /** Returns the checks that are first skipped on a turn. `recordedCatalogue` has the definitions of the recorded turn. */
  find(recorded: TurnDecision, recordedCatalogue: Catalogue, simulated: TurnDecision): readonly SkippedCheck[] {
    for (const { instanceId, request } of simulated.result.plan.openRequests) {
      if (request.kind === 'CONFIRM') this.#put.add(`${instanceId} ${request.stepId}`);
    }
    for (const { instanceId, scenarioId, request } of recorded.result.plan.openRequests) {
      const { kind, stepId } = request;
      if (kind === 'CONFIRM') this.#recorded.set(`${instanceId} ${stepId}`, { instanceId, scenarioId, stepId });
    }
    if (this.#recorded.size === 0) return [];
    return [...this.#recorded].flatMap(([key, check]): readonly SkippedCheck[] => {
      if (this.#reported.has(key)) return [];
      const text = this.#describePassing(check, { recorded, recordedCatalogue, simulated });
      if (text === '') return [];
      this.#reported.add(key);
      return [{ ...check, text }];
    });
  }

  /** Describes how the simulated session is past a check that it has not put; "" if it is not. */
  #describePassing(check: RecordedCheck, { recorded, recordedCatalogue, simulated }: DecidedTurn): string {
    const { scenarioId } = check;
    const scenario = recordedCatalogue.getScenario(scenarioId);
    const step = scenario?.steps.get(check.stepId);
    if (scenario === undefined || step === undefined) return '';
    const instance = findCheckedInstance(check, recorded.session, simulated.session);
    const instanceId = instance?.instanceId ?? check.instanceId;
    if (this.#put.has(`${instanceId} ${this.toStep(scenarioId, check.stepId)}`)) return '';
    const { behind, writeTools } = findPassedSteps(scenario, step);
    const tools = simulated.result.plan.contributions.flatMap((contribution) =>
      contribution.type === 'ACTION_HINT' && contribution.instanceId === instanceId ? contribution.tools : [],
    );
    const tool = tools.find(({ effect, toolId }) => effect === 'WRITE' && writeTools.has(toolId));
    if (tool !== undefined) return `hints ${tool.toolId} without the confirmation of step ${check.stepId}`;
    const passed = new Set([...behind].map((stepId) => this.toStep(scenarioId, stepId)));
    if (instance !== undefined) {
      return passed.has(instance.currentStepId)
        ? `at step ${instance.currentStepId} without the confirmation of step ${check.stepId}`
        : '';
    }
    const ended = findCompleted(check, simulated.session);
    const isPast = ended !== undefined && (passed.has(ended.lastStepId) || ended.lastStepId === step.stepId);
    return isPast ? `completes at step ${ended.lastStepId} without the confirmation of step ${check.stepId}` : '';
  }
}

interface DecidedTurn {
  readonly recorded: TurnDecision;
  /** The definitions of the recorded turn. */
  readonly recordedCatalogue: Catalogue;
  readonly simulated: TurnDecision;
}

/** Finds the simulated instance of a check. One with another id counts only while the recorded one has not ended. */
function findCheckedInstance(
  check: RecordedCheck,
  recorded: Session,
  simulated: Session,
): ScenarioInstance | undefined {
  const instance = findSimulatedInstance(check, simulated);
  const isRecordedActive = recorded.instances.some(({ instanceId }) => instanceId === check.instanceId);
  return instance?.instanceId === check.instanceId || isRecordedActive ? instance : undefined;
}

function findCompleted(
  { instanceId }: RecordedCheck,
  { endedInstances }: Session,
): Session['endedInstances'][number] | undefined {
  const ended = endedInstances.find((instance) => instance.instanceId === instanceId);
  return ended?.status === 'COMPLETED' && ended.ending !== 'FAILED' ? ended : undefined;
}

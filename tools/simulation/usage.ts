import { runWithoutPauses } from '../../src/core/model/findings';
import type { Scenario, ScenarioStep, StepTransition } from '../../src/core/model/scenario';
import { DefinitionCompiler, type DefinitionSet } from '../../src/core/simulation/definitions';
import { type RecordedSession, type RunEnvironment, SessionRun } from '../../src/core/simulation/session-run';

/** Counts what recorded turns used, so that a change can be planted where it matters. */
export class Usage {
  readonly #counts = new Map<string, number>();

  constructor(
    readonly definitions: DefinitionSet,
    sessions: readonly RecordedSession[],
    environment: RunEnvironment,
  ) {
    const catalogue = runWithoutPauses(new DefinitionCompiler().compile(definitions));
    if (catalogue === undefined) throw new Error('The definitions are invalid.');
    for (const { start, turns } of sessions) {
      const run = new SessionRun(environment, start);
      for (const { turn, proposal } of turns) {
        const { result, session } = run.play(turn, catalogue, proposal);
        const { plan, lifecycleDecisions, transitionDecisions } = result;
        for (const { action, reason, scenarioId } of lifecycleDecisions) {
          this.#add(`${action} ${scenarioId}`);
          this.#add(`${action}_${reason}_${turn.trigger} ${scenarioId}`);
        }
        for (const { loopCounts, scenarioId } of session.instances) {
          if ([...loopCounts.values()].some((count) => count > 2)) this.#add(`REPEATED ${scenarioId}`);
        }
        for (const { scenarioId, transitionsTaken, targetStepId, skippedSteps } of transitionDecisions) {
          this.#add(`AT ${scenarioId} ${targetStepId}`);
          for (const stepId of skippedSteps) this.#add(`SKIPPED ${scenarioId} ${stepId}`);
          for (const id of transitionsTaken) this.#add(`TAKEN ${scenarioId} ${id}`);
        }
        const made = plan.contributions.filter(({ type, deferred }) => type !== 'NONE' && !deferred);
        for (const { type, scenarioId, stepId } of made) this.#add(`${type} ${scenarioId} ${stepId}`);
        if (made.length > 1) this.#add(`TOGETHER ${made.map(({ scenarioId }) => scenarioId).join(' ')}`);
      }
    }
  }

  #add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Lists the keys that begin with a word, from the most to the least frequent, without this word. */
  list(word: string): readonly (readonly string[])[] {
    return [...this.#counts]
      .filter(([key]) => key.startsWith(`${word} `))
      .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
      .map(([key]) => key.split(' ').slice(1));
  }

  /** Finds the most used step that made a contribution of a type, or that an instance was at (`AT`), and that passes a test. */
  findStep(
    word: string,
    test: (step: ScenarioStep, scenario: Scenario) => boolean = () => true,
  ): StepPlace | undefined {
    for (const [scenarioId = '', stepId = ''] of this.list(word)) {
      const scenario = this.getScenario(scenarioId);
      const step = scenario?.steps.find((each) => each.stepId === stepId);
      if (scenario !== undefined && step !== undefined && test(step, scenario)) return { scenario, step };
    }
    return undefined;
  }

  /** Finds the most used transition of a step that passes a test. */
  findTransition(test: (transition: StepTransition, step: ScenarioStep) => boolean): TransitionPlace | undefined {
    for (const [scenarioId = '', transitionId = ''] of this.list('TAKEN')) {
      const scenario = this.getScenario(scenarioId);
      for (const step of scenario?.steps ?? []) {
        const index = step.transitions.findIndex(
          (transition, position) => (transition.transitionId || `${step.stepId}/${position + 1}`) === transitionId,
        );
        const transition = step.transitions[index];
        if (scenario !== undefined && transition !== undefined && test(transition, step)) {
          return { scenario, step, transition, index };
        }
      }
    }
    return undefined;
  }

  /** Returns the scenario that decided most with an action, for example START. */
  findScenario(action: string, test: (scenario: Scenario) => boolean = () => true): Scenario | undefined {
    for (const [scenarioId = ''] of this.list(action)) {
      const scenario = this.getScenario(scenarioId);
      if (scenario !== undefined && test(scenario)) return scenario;
    }
    return undefined;
  }

  getScenario(scenarioId: string): Scenario | undefined {
    return this.definitions.scenarios.get(scenarioId)?.scenario;
  }
}

export interface StepPlace {
  readonly scenario: Scenario;
  readonly step: ScenarioStep;
}

export interface TransitionPlace extends StepPlace {
  readonly transition: StepTransition;
  readonly index: number;
}

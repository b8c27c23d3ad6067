import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from './conversation';

/** A conversation in which the scenarios have started, in this order. */
export function running(scenarios: readonly ScenarioDraft[], first: TurnDraft = {}, settings = {}): Conversation {
  const talk = new Conversation(scenarios, { settings });
  talk.turn({
    candidates: scenarios.map(({ scenarioId }, index) => [scenarioId, 0.9 - index / 100] as const),
    ...first,
  });
  return talk;
}

/** The first step of a scenario in other words. */
export function withFirst(scenario: ScenarioDraft, change: Partial<StepDraft>): ScenarioDraft {
  return { ...scenario, steps: scenario.steps.map((step, index) => (index === 0 ? { ...step, ...change } : step)) };
}

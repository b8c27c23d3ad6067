import {
  DecideLifecycleRequest,
  DecideTransitionsRequest,
  OrchestratorServiceService as orchestrator,
  PhaseInput,
  ProcessTurnRequest,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import {
  Scenario,
  ScenarioStep,
  StepOutcomeKind,
  StepTransition,
  TransitionTrigger,
} from '../../../gen/focal/orchestration/v1/scenario';
import {
  PutScenarioRequest,
  ScenarioServiceService as scenarioService,
  ValidateScenarioRequest,
} from '../../../gen/focal/orchestration/v1/scenario_service';
import {
  CandidateVariable,
  ScenarioCandidate,
  Situation,
  StepOutcome,
  Turn,
} from '../../../gen/focal/orchestration/v1/turn';
import type { WarmUpCall } from './warm-up-client';

// Any ids: the calls are sent to stores that only the warm-up uses.
const tenantId = '3a6b0000-0000-4000-8000-000000000001';
const createId = (kind: number, index: number): string =>
  `3a6b0000-0000-4000-8000-${kind}${index.toString(16).padStart(11, '0')}`;

/**
 * Returns calls that run the loops of large requests: decoding and validation of many elements, the description of violations, compilation,
 * findings, conditions and walks. They are the calls of `npm run bench:hold` in small. Each round has an agent and a session of its own, so that
 * nothing is cached and no turn is repeated.
 */
export function createHeavyCalls(round: number): readonly WarmUpCall[] {
  const agentId = createId(5, round);
  const createTurn = (index: number, content: Partial<Turn>): Turn => ({
    ...Turn.create(),
    tenantId,
    agentId,
    sessionId: createId(3, round),
    turnId: createId(4, round * 10 + index),
    occurredAt: new Date(Date.UTC(2026, 0, 1, 9, index)),
    ...content,
  });
  const scenarios = [createWaiting(0), createChain(1), createConditions(2)];
  const candidates = scenarios.map(({ scenarioId }) => ScenarioCandidate.fromPartial({ scenarioId, score: 1 }));
  const inline = { turn: createTurn(0, { candidates }), scenarios: [createConditions(3), createConditions(4)] };
  const input = PhaseInput.fromPartial(inline);
  const values = Array.from({ length: 500 }, (_, index) => index);
  const rows = Array.from({ length: 100 }, (_, index) => ({ name: `row ${index}`, values: [index, index + 0.5] }));
  return [
    ...scenarios.map((scenario) =>
      toCall(scenarioService.putScenario, PutScenarioRequest.fromPartial({ tenantId, agentId, scenario })),
    ),
    toCall(scenarioService.validateScenario, ValidateScenarioRequest.fromPartial({ scenario: createConditions(5) })),
    toTurnCall(createTurn(1, { candidates, customerData: { n: 0 } })),
    toTurnCall(
      createTurn(2, {
        situation: Situation.fromPartial({
          message: 'ab'.repeat(5_000),
          facts: { values, rows },
          candidateVariables: values
            .slice(0, 200)
            .map((index) => CandidateVariable.fromPartial({ name: `v${index}`, value: 'y'.repeat(200) })),
        }),
        stepOutcomes: rows.map(({ name }) =>
          StepOutcome.fromPartial({
            kind: StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED,
            toolId: name,
            results: { name },
          }),
        ),
      }),
    ),
    toCall(orchestrator.decideLifecycle, DecideLifecycleRequest.fromPartial({ input })),
    toCall(orchestrator.decideTransitions, DecideTransitionsRequest.fromPartial({ input })),
    // Violates the contract in each candidate.
    toTurnCall(
      createTurn(3, {
        candidates: rows.map(({ name }) => ScenarioCandidate.fromPartial({ scenarioId: name, score: 2 })),
      }),
    ),
  ];
}

function toCall<Request>(
  { path, requestSerialize }: { readonly path: string; readonly requestSerialize: (request: Request) => Uint8Array },
  request: Request,
): WarmUpCall {
  return { path, request: requestSerialize(request) };
}

function toTurnCall(turn: Turn): WarmUpCall {
  return toCall(orchestrator.processTurn, ProcessTurnRequest.fromPartial({ turn }));
}

function createScenario(
  index: number,
  steps: readonly Partial<ScenarioStep>[],
  rest: Partial<Scenario> = {},
): Scenario {
  const all = [...steps, { stepId: 'end', isTerminal: true, reachableFromAnywhere: true }];
  return Scenario.fromPartial({
    scenarioId: createId(2, index),
    name: `Warm-up ${index}`,
    entryStepId: 'step_0',
    steps: all.map((step) => ScenarioStep.fromPartial(step)),
    ...rest,
  });
}

/** A step that waits, with many ANYTIME transitions that are not taken. */
function createWaiting(index: number): Scenario {
  const transitions = Array.from({ length: 100 }, (_, at) =>
    StepTransition.fromPartial({
      targetStepId: 'end',
      trigger: TransitionTrigger.TRANSITION_TRIGGER_ANYTIME,
      condition:
        at % 2 === 0
          ? `has(facts.values) && facts.values.exists(a, a * 2.0 == -${at + 1}.0)`
          : `message.contains("ba${at}") || data.v${at} == "x"`,
    }),
  );
  return createScenario(index, [
    {
      stepId: 'step_0',
      collectsProfileFields: ['never'],
      transitions: [...transitions, StepTransition.fromPartial({ targetStepId: 'end' })],
    },
  ]);
}

/** Steps that one turn walks through, with conditions that are FALSE and global transitions. */
function createChain(index: number): Scenario {
  const length = 200;
  const toCondition = (at: number): string => `data.n > ${at + 1}.0`;
  const steps = Array.from({ length }, (_, at) => ({
    stepId: `step_${at}`,
    collectsProfileFields: at % 2 === 0 ? [] : ['n'],
    canSkip: true,
    transitions: [
      ...[0, 1, 2].map((each) =>
        StepTransition.fromPartial({ targetStepId: 'end', priority: 1, condition: toCondition(each) }),
      ),
      StepTransition.fromPartial({ targetStepId: at + 1 < length ? `step_${at + 1}` : 'end' }),
    ],
  }));
  const globalTransitions = [0, 1, 2, 3].map((each) =>
    StepTransition.fromPartial({ targetStepId: 'end', condition: toCondition(each) }),
  );
  return createScenario(index, steps, { globalTransitions });
}

/** Steps with conditions that read fields which nothing provides, so that each has findings. */
function createConditions(index: number): Scenario {
  const length = 60;
  const steps = Array.from({ length }, (_, at) => ({
    stepId: `step_${at}`,
    collectsProfileFields: [`collected_${at}`],
    transitions: [
      ...Array.from({ length: 8 }, (_each, each) =>
        StepTransition.fromPartial({
          targetStepId: `step_${(at + each) % length}`,
          condition: `data.missing_${at}_${each} > 1.0 && data.other_${each} < 2.0`,
        }),
      ),
      StepTransition.fromPartial({ targetStepId: at + 1 < length ? `step_${at + 1}` : 'end' }),
    ],
  }));
  return createScenario(index, steps);
}

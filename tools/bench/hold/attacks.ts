import { randomUUID } from 'node:crypto';
import {
  DecideLifecycleRequest,
  DecideTransitionsRequest,
  PhaseInput,
  ProcessTurnRequest,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { PutScenarioRequest, ValidateScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import {
  CandidateVariable,
  ScenarioCandidate,
  Situation,
  StepOutcome,
  Turn,
} from '../../../gen/focal/orchestration/v1/turn';
import type { RawClient, RawResult } from '../../chaos/raw-client';
import { buildAnytime, buildChain, buildConditions, buildSkippable, toAttackId } from './attack-scenarios';

/** A call that tries to block the event loop of the service for long. */
export interface Attack {
  readonly name: string;
  /** Prepares the attack with calls that are not measured. Returns the call to measure, which can be repeated. */
  readonly prepare: (client: RawClient) => Promise<() => Promise<RawResult>>;
}

const timeoutMs = 180_000;
const tenantId = '7e4a4700-0000-4000-8000-000000000001';

const orchestrator = '/focal.orchestration.v1.OrchestratorService';
const scenarioService = '/focal.orchestration.v1.ScenarioService';

type TurnContent = Partial<Turn>;

/** An agent and a session of its own, so that the attacks do not affect each other. */
class AttackedSession {
  readonly agentId = randomUUID();
  private readonly sessionId = randomUUID();

  constructor(private readonly client: RawClient) {}

  createTurn(content: TurnContent): Turn {
    const { agentId, sessionId } = this;
    return { ...Turn.create(), tenantId, agentId, sessionId, turnId: randomUUID(), ...content };
  }

  send(content: TurnContent): Promise<RawResult> {
    const request = ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn: this.createTurn(content) }));
    return this.client.callUnary(`${orchestrator}/ProcessTurn`, request.finish(), { timeoutMs });
  }

  async put(scenario: Scenario): Promise<RawResult> {
    const { agentId } = this;
    const request = PutScenarioRequest.encode(PutScenarioRequest.fromPartial({ tenantId, agentId, scenario }));
    return await this.client.callUnary(`${scenarioService}/PutScenario`, request.finish(), { timeoutMs });
  }
}

async function requireSuccess(result: Promise<RawResult>): Promise<void> {
  const settled = await result;
  if ('failure' in settled) throw new Error(`A call that prepares an attack failed: ${settled.failure.details}`);
}

function validate(client: RawClient, scenario: Scenario): Promise<RawResult> {
  const request = ValidateScenarioRequest.encode(ValidateScenarioRequest.fromPartial({ scenario }));
  return client.callUnary(`${scenarioService}/ValidateScenario`, request.finish(), { timeoutMs });
}

const candidate = (index = 0): ScenarioCandidate =>
  ScenarioCandidate.fromPartial({ scenarioId: toAttackId(index), score: 1 });
const numbers = Array.from({ length: 1_000 }, (_, index) => index);
const longText = `${'ab'.repeat(49_999)}c`;

/** Starts a scenario with one turn, then measures a second one. */
function onRunning(scenario: Scenario, content: TurnContent): Attack['prepare'] {
  return async (client) => {
    const session = new AttackedSession(client);
    await requireSuccess(session.put(scenario));
    await requireSuccess(session.send({ candidates: [candidate()] }));
    return () => session.send(content);
  };
}

/** Measures the turn that starts scenarios and reads the stored definitions. */
function onStart(scenarios: readonly Scenario[], content: TurnContent = {}): Attack['prepare'] {
  return async (client) => {
    const session = new AttackedSession(client);
    for (const scenario of scenarios) await requireSuccess(session.put(scenario));
    const candidates = scenarios.map((_, index) => candidate(index));
    return () => session.send({ candidates, customerData: { n: 0 }, ...content });
  };
}

const nestedMacro = (index: number): string => `facts.l.exists(a, facts.l.exists(b, a + b == -${index + 1}.0))`;
const contains = Array.from({ length: 40 }, (_, index) => `message.contains("abb${index}")`).join(' || ');

const inlineScenarios = Array.from({ length: 100 }, (_, index) => buildConditions(index, 22, 10));

function onInline(method: 'DecideLifecycle' | 'DecideTransitions'): Attack['prepare'] {
  return async (client) => {
    const turn = new AttackedSession(client).createTurn({
      candidates: inlineScenarios.map((_, index) => candidate(index)),
    });
    const codec = method === 'DecideLifecycle' ? DecideLifecycleRequest : DecideTransitionsRequest;
    const request = codec.encode({ input: { ...PhaseInput.create(), turn, scenarios: inlineScenarios } }).finish();
    return () => client.callUnary(`${orchestrator}/${method}`, request, { timeoutMs });
  };
}

/** The shapes of calls that blocked the event loop for seconds in an earlier version. */
export const attacks: readonly Attack[] = [
  {
    name: 'a  500 ANYTIME transitions with nested macros',
    prepare: onRunning(buildAnytime(500, nestedMacro), { situation: Situation.fromPartial({ facts: { l: numbers } }) }),
  },
  { name: 'b  1,000 steps x 1,000 global transitions', prepare: onStart([buildChain(0, 1_000, 1_000)]) },
  {
    name: 'c  ValidateScenario with 9,000 conditions',
    prepare: async (client) => () => validate(client, buildConditions(0, 900, 10)),
  },
  {
    name: 'd  PutScenario with 9,000 conditions',
    prepare: async (client) => () => new AttackedSession(client).put(buildConditions(0, 900, 10)),
  },
  { name: 'e  1,000 skippable steps with 20 alternatives', prepare: onStart([buildSkippable(1_000, 20)]) },
  {
    name: 'f  20 walks of 1,000 hops',
    prepare: onStart(Array.from({ length: 20 }, (_, index) => buildChain(index, 1_000, 0, 2))),
  },
  { name: 'g1 DecideLifecycle with 100 inline scenarios', prepare: onInline('DecideLifecycle') },
  { name: 'g2 DecideTransitions with 100 inline scenarios', prepare: onInline('DecideTransitions') },
  {
    name: 'h1 500 conditions with matches() on a long message',
    prepare: onRunning(
      buildAnytime(500, (index) => `message.matches("(a|b)*(ab|ba)*${index}$")`),
      { situation: Situation.fromPartial({ message: longText }) },
    ),
  },
  {
    name: 'h2 500 conditions with 40 contains() on a long message',
    prepare: onRunning(
      buildAnytime(500, () => contains),
      { situation: Situation.fromPartial({ message: longText }) },
    ),
  },
  {
    name: 'h3 500 conditions that compare long lists',
    prepare: onRunning(
      buildAnytime(500, () => Array(40).fill('facts.l != facts.m').join(' || ')),
      {
        situation: Situation.fromPartial({ facts: { l: Array(9_000).fill(1), m: Array(9_000).fill(1) } }),
      },
    ),
  },
  {
    name: 'h4 a turn with 100 outcomes and 500 variables',
    prepare: onRunning(
      buildAnytime(500, (index) => `data.v${index} == "x"`),
      {
        stepOutcomes: Array.from({ length: 100 }, () =>
          StepOutcome.fromPartial({ kind: 3, toolId: 't', results: { r: 'x' } }),
        ),
        situation: Situation.fromPartial({
          candidateVariables: Array.from({ length: 500 }, (_, index) =>
            CandidateVariable.fromPartial({ name: `v${index}`, value: 'y'.repeat(1_000) }),
          ),
        }),
      },
    ),
  },
];

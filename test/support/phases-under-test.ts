import {
  type DecideLifecycleResponse,
  OrchestratorServiceService,
  PhaseInput,
  type PlanContributionsResponse,
} from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { Scenario as ScenarioMessage } from '../../gen/focal/orchestration/v1/scenario';
import type { Session } from '../../gen/focal/orchestration/v1/session';
import type { Scenario } from '../../src/core/model/scenario';
import type { OrchestrationSettings } from '../../src/core/model/settings';
import { lifecycleAction } from '../../src/server/codec/wire/decision-enums';
import { scenarioToProto } from '../../src/server/codec/wire/scenario-codec';
import type { DeepPartial } from '../server/codec/partial-message';
import { aScenario, type ScenarioDraft } from './conversation';
import { callMethod, type GrpcUnderTest, getCallError, startGrpc } from './grpc-under-test';
import { openService, type ServiceUnderTest } from './service-under-test';
import { uuid } from './session-builder';

const { decideLifecycle, decideTransitions, planContributions } = OrchestratorServiceService;

export const agent = { tenantId: uuid(1), agentId: uuid(2) };
export const refund = uuid(11);
export const booking = uuid(12);

/** Serves the methods for single phases over gRPC, with a store of its own. */
export class PhasesUnderTest {
  settings: Partial<OrchestrationSettings> = {};

  private constructor(
    readonly service: ServiceUnderTest,
    private readonly grpc: GrpcUnderTest,
  ) {}

  static async start(): Promise<PhasesUnderTest> {
    const service = openService();
    const grpc = await startGrpc({
      decidePhases: (command, call) => service.createUseCases(phases.settings).decidePhases(command, call),
    });
    const phases = new PhasesUnderTest(service, grpc);
    return phases;
  }

  runLifecycle(input: PhaseInput) {
    return callMethod(this.grpc, decideLifecycle, { input });
  }

  runTransitions(input: PhaseInput) {
    return callMethod(this.grpc, decideTransitions, { input });
  }

  runContributions(input: PhaseInput) {
    return callMethod(this.grpc, planContributions, { input });
  }

  async stop(): Promise<void> {
    await this.grpc.stop();
    await this.service.close();
  }
}

/** Creates a scenario that asks for `order_id` and ends. */
export function asking(scenarioId: string, parts: Partial<ScenarioDraft> = {}, stepId = 'ask'): Scenario {
  return aScenario({
    scenarioId,
    steps: [
      { stepId, collectsProfileFields: ['order_id'], canSkip: false, to: ['end'] },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ],
    ...parts,
  });
}

/** Returns the scenario of `asking` as a message of the contract. */
export function createAskingMessage(scenarioId: string, parts: Partial<ScenarioDraft> = {}): ScenarioMessage {
  return scenarioToProto(asking(scenarioId, parts));
}

// The type of fromPartial rejects everything except object literals.
const fromPartial: (fields: DeepPartial<PhaseInput>) => PhaseInput = PhaseInput.fromPartial;

/** Creates the input for turn 100 of session 3 with the inline scenario `refund`, overridden by the given parts. */
export function createInput({ turn = {}, ...parts }: DeepPartial<PhaseInput> = {}): PhaseInput {
  const given = { ...agent, sessionId: uuid(3), turnId: uuid(100), occurredAt: new Date(1_700_000_000_000), ...turn };
  return fromPartial({ scenarios: [createAskingMessage(refund)], ...parts, turn: given });
}

/** Returns the fields of a turn with the scenario as its only candidate. */
export function withCandidate(scenarioId: string): { readonly candidates: { scenarioId: string; score: number }[] } {
  return { candidates: [{ scenarioId, score: 0.9 }] };
}

/** Formats the lifecycle decisions as text, for example `START` and the scenario id. */
export function formatActions({
  lifecycleDecisions,
}: Pick<DecideLifecycleResponse, 'lifecycleDecisions'>): readonly string[] {
  return lifecycleDecisions.map(({ action, scenarioId }) => `${lifecycleAction.fromProto(action)} ${scenarioId}`);
}

/** Returns the session after the turn. */
export function getSessionAfter({ session }: PlanContributionsResponse): Session {
  if (session === undefined) throw new Error('the response has no session');
  return session;
}

/** Returns the status, the reason and the invalid fields of a rejected call. */
export async function getRejection(call: Promise<unknown>) {
  const { status, reason, violations } = await getCallError(call);
  return { status, reason, fields: violations.map(({ field }) => field) };
}

/** Returns the expected rejection of a request with the given invalid fields. */
export function invalidRequest(...fields: readonly string[]) {
  return { status: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', fields };
}

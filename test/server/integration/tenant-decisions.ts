import { OrchestratorServiceService, PhaseInput } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { RenderScenarioRequest, ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import { uuid } from '../../support/session-builder';
import type { TenantCalls } from './tenant-calls';
import { agentIds, scenarioIds, type TenantModel } from './tenant-model';

const { decideLifecycle, decideTransitions, planContributions } = OrchestratorServiceService;

/** Operations on one scenario of a tenant: decisions that are not stored, and reads of the scenario. */
export class TenantDecisions {
  constructor(
    private readonly calls: TenantCalls,
    private readonly model: TenantModel,
    private readonly random: SeededRandom,
  ) {}

  /** Decides a turn. The scenario must start if and only if this tenant has it, independent of the other tenant. */
  async decide(): Promise<void> {
    const { agent, scenarioId, name } = this.pickScenario();
    const ids = { ...agent, sessionId: uuid(0x51), turnId: uuid(0x52) };
    const input = PhaseInput.fromPartial({ turn: { ...ids, candidates: [{ scenarioId, score: 0.9 }] } });
    const methods = [
      () => this.calls.unary(decideLifecycle, { input }),
      () => this.calls.unary(decideTransitions, { input }),
      () => this.calls.unary(planContributions, { input }),
    ];
    const answer = await this.random.pick(methods)();
    const started = answer?.lifecycleDecisions.filter((decision) => decision.scenarioId === scenarioId);
    if (started !== undefined) expect(started).toHaveLength(name === undefined ? 0 : 1);
  }

  async readScenario(): Promise<void> {
    const { agent, scenarioId, name } = this.pickScenario();
    const expectedReason = name === undefined ? 'SCENARIO_NOT_FOUND' : undefined;
    const request = { ...agent, scenarioId, version: 0 };
    const answer = await this.calls.unary(ScenarioServiceService.getScenario, request, expectedReason);
    if (answer !== undefined) expect(answer.stored?.scenario?.name).toBe(name);
  }

  async render(): Promise<void> {
    const { agent, scenarioId, name } = this.pickScenario();
    const expectedReason = name === undefined ? 'SCENARIO_NOT_FOUND' : undefined;
    const request = RenderScenarioRequest.fromPartial({ ...agent, scenarioId });
    const answer = await this.calls.unary(ScenarioServiceService.renderScenario, request, expectedReason);
    if (answer !== undefined) expect(answer.mermaid).toContain(`"${name} (version`);
  }

  /** Picks a random scenario and its name; the name is undefined if the tenant does not have it. */
  private pickScenario() {
    const [agentId, scenarioId] = [this.random.pick(agentIds), this.random.pick(scenarioIds)];
    const name = this.model.scenarios.get(`${agentId} ${scenarioId}`);
    return { agent: { tenantId: this.model.tenantId, agentId }, scenarioId, name };
  }
}

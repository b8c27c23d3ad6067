import { OrchestratorServiceService, PhaseInput } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { RenderScenarioRequest, ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import { uuid } from '../../support/session-builder';
import type { TenantCalls } from './tenant-calls';
import { agentIds, scenarioIds, type TenantModel } from './tenant-model';

const { decideLifecycle, decideTransitions, planContributions } = OrchestratorServiceService;

/** What TenantOperations asks of one scenario of a tenant: decisions on it that are stored nowhere, and the scenario itself. */
export class TenantDecisions {
  constructor(
    private readonly calls: TenantCalls,
    private readonly model: TenantModel,
    private readonly random: SeededRandom,
  ) {}

  /** It starts where the tenant has it, whatever another one has under the same ids. */
  async decide(): Promise<void> {
    const { agent, scenarioId, name } = this.one();
    const ids = { ...agent, sessionId: uuid(0x51), turnId: uuid(0x52) };
    const input = PhaseInput.fromPartial({ turn: { ...ids, candidates: [{ scenarioId, score: 0.9 }] } });
    const ways = [
      () => this.calls.unary(decideLifecycle, { input }),
      () => this.calls.unary(decideTransitions, { input }),
      () => this.calls.unary(planContributions, { input }),
    ];
    const answer = await this.random.pick(ways)();
    const started = answer?.lifecycleDecisions.filter((decision) => decision.scenarioId === scenarioId);
    if (started !== undefined) expect(started).toHaveLength(name === undefined ? 0 : 1);
  }

  async readScenario(): Promise<void> {
    const { agent, scenarioId, name } = this.one();
    const refusal = name === undefined ? 'SCENARIO_NOT_FOUND' : undefined;
    const request = { ...agent, scenarioId, version: 0 };
    const answer = await this.calls.unary(ScenarioServiceService.getScenario, request, refusal);
    if (answer !== undefined) expect(answer.stored?.scenario?.name).toBe(name);
  }

  async render(): Promise<void> {
    const { agent, scenarioId, name } = this.one();
    const refusal = name === undefined ? 'SCENARIO_NOT_FOUND' : undefined;
    const request = RenderScenarioRequest.fromPartial({ ...agent, scenarioId });
    const answer = await this.calls.unary(ScenarioServiceService.renderScenario, request, refusal);
    if (answer !== undefined) expect(answer.mermaid).toContain(`"${name} (version`);
  }

  /** A scenario with its name; undefined where the tenant does not have it. */
  private one() {
    const [agentId, scenarioId] = [this.random.pick(agentIds), this.random.pick(scenarioIds)];
    const name = this.model.scenarios.get(`${agentId} ${scenarioId}`);
    return { agent: { tenantId: this.model.tenantId, agentId }, scenarioId, name };
  }
}

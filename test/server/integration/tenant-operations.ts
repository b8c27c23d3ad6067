import { CallError } from 'scenario-orchestrator-client';
import { FieldDefinitions } from '../../../gen/focal/orchestration/v1/field';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Relationship, RelationshipKind, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import {
  ListScenariosRequest,
  ScenarioServiceService,
  SimulateTurnsRequest,
} from '../../../gen/focal/orchestration/v1/scenario_service';
import {
  ExplainTurnRequest,
  ImportSessionRequest,
  ListSessionsRequest,
  ListTurnsRequest,
  ScenarioAction,
  SessionServiceService,
} from '../../../gen/focal/orchestration/v1/session_service';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import type { TenantCalls } from './tenant-calls';
import { TenantDecisions } from './tenant-decisions';
import {
  agentIds,
  customerId,
  getAgentId,
  getCustomerId,
  scenarioIds,
  sessionIds,
  type TenantModel,
} from './tenant-model';

/**
 * Operations on one tenant's data with one credential. Each compares the response with the model. With a credential of another tenant,
 * each expects to be rejected.
 */
export class TenantOperations {
  private readonly decisions: TenantDecisions;

  constructor(
    private readonly calls: TenantCalls,
    private readonly model: TenantModel,
    private readonly random: SeededRandom,
  ) {
    this.decisions = new TenantDecisions(calls, model, random.fork());
  }

  /** All operations. Those on sessions are more frequent. */
  readonly operations: readonly (() => Promise<void>)[] = [
    ...Array.from({ length: 4 }, () => () => this.processTurn()),
    ...Array.from({ length: 3 }, () => () => this.getSession()),
    () => this.listTurns(),
    () => this.explainTurn(),
    () => this.watchSession(),
    () => this.watchTurns(),
    () => this.deleteTurnConsumer(),
    () => this.listSessions(),
    () => this.exportCustomer(),
    () => this.deleteCustomer(),
    () => this.importSession(),
    () => this.deleteSession(),
    () => this.putScenario(),
    () => this.listScenarios(),
    () => this.deleteScenario(),
    () => this.putRelationship(),
    () => this.deleteRelationship(),
    () => this.listRelationships(),
    () => this.putFields(),
    () => this.getFields(),
    () => this.decisions.decide(),
    () => this.decisions.readScenario(),
    () => this.decisions.render(),
    () => this.simulateTurns(),
  ];

  async processTurn(): Promise<void> {
    const sessionId = this.random.pick(sessionIds);
    const [turnId, note] = [this.model.pickTurnId(), this.model.nextText()];
    const before = this.model.sessions.get(sessionId);
    const request = ProcessTurnRequest.fromPartial({
      turn: {
        ...this.getAgentKey(getAgentId(sessionId)),
        sessionId,
        turnId,
        candidates: [{ scenarioId: this.random.pick(scenarioIds), score: 0.9 }],
        sessionVariables: { note },
        customerId: getCustomerId(sessionId),
      },
    });
    const expectedReason = before?.turnIds.includes(turnId) ? 'TURN_ID_REUSED' : undefined;
    const response = await this.random.pick(this.calls.turnMethods)(request, expectedReason);
    if (response === undefined) return;
    const turnIds = [...(before?.turnIds ?? []), turnId];
    expect(response.revision).toBe(turnIds.length);
    this.model.sessions.set(sessionId, { turnIds, note });
  }

  async getSession(sessionId = this.random.pick(sessionIds)): Promise<void> {
    const expected = this.model.sessions.get(sessionId);
    const request = { tenantId: this.model.tenantId, sessionId };
    const expectedReason = expected ? undefined : 'SESSION_NOT_FOUND';
    const response = await this.calls.unary(SessionServiceService.getSession, request, expectedReason);
    if (response === undefined) return;
    expect(response.session?.revision).toBe(expected?.turnIds.length);
    expect(JSON.stringify(response.session)).toContain(`"${expected?.note}"`);
  }

  async listTurns(sessionId = this.random.pick(sessionIds)): Promise<void> {
    const request = ListTurnsRequest.fromPartial({ tenantId: this.model.tenantId, sessionId, pageSize: 500 });
    const response = await this.calls.unary(SessionServiceService.listTurns, request);
    if (response === undefined) return;
    expect(response.turns.map(({ turnId }) => turnId)).toEqual(this.model.sessions.get(sessionId)?.turnIds ?? []);
  }

  async explainTurn(): Promise<void> {
    const sessionId = this.random.pick(sessionIds);
    const turnId = this.model.pickTurnId();
    const turnIds = this.model.sessions.get(sessionId)?.turnIds ?? [];
    const request = ExplainTurnRequest.fromPartial({ tenantId: this.model.tenantId, sessionId, turnId });
    const expectedReason = turnIds.includes(turnId) ? undefined : 'TURN_NOT_FOUND';
    const call = this.calls.unary(SessionServiceService.explainTurn, request, expectedReason);
    // Relationships and fields change, and scenarios are deleted, between the turns of a session.
    const response = await call.catch((error: unknown) => {
      if (error instanceof CallError && error.reason === 'TURN_NOT_EXPLAINABLE') return undefined;
      throw error;
    });
    if (response !== undefined) expect(response.response?.revision).toBe(turnIds.indexOf(turnId) + 1);
  }

  async simulateTurns(): Promise<void> {
    const sessionId = this.random.pick(sessionIds);
    const turnCount = this.model.sessions.get(sessionId)?.turnIds.length ?? 0;
    // All turns of the session are decided twice.
    if (turnCount > 40) return;
    const agent = this.getAgentKey(getAgentId(sessionId));
    const request = SimulateTurnsRequest.fromPartial({ ...agent, sessionIds: [sessionId] });
    const response = await this.calls.unary(ScenarioServiceService.simulateTurns, request);
    if (response === undefined) return;
    expect(response.turnCount).toBeLessThanOrEqual(turnCount);
    expect(response.turnCount === turnCount || response.incompleteSessions.length > 0).toBe(true);
  }

  async watchSession(): Promise<void> {
    const sessionId = this.random.pick(sessionIds);
    const expected = this.model.sessions.get(sessionId)?.turnIds ?? [];
    const turns = await this.calls.watch({ sessionId, afterRevision: 0 }, expected.length);
    if (turns !== undefined) expect(turns.map(({ turnId }) => turnId)).toEqual(expected);
  }

  /** Registers a consumer, and acknowledges the cursor at which its stream starts. */
  async watchTurns(): Promise<void> {
    const consumer = `consumer-${this.random.nextInt(3)}`;
    const cursor = await this.calls.watchTurns({ consumer, fromOldest: true });
    const request = { tenantId: this.model.tenantId, consumer, cursor: cursor ?? 'any' };
    const response = await this.calls.unary(SessionServiceService.acknowledgeTurns, request);
    if (response !== undefined) this.model.consumers.add(consumer);
  }

  async deleteTurnConsumer(): Promise<void> {
    const consumer = `consumer-${this.random.nextInt(3)}`;
    const request = { tenantId: this.model.tenantId, consumer };
    const response = await this.calls.unary(SessionServiceService.deleteTurnConsumer, request);
    if (response !== undefined) expect(response.existed).toBe(this.model.consumers.delete(consumer));
  }

  async listSessions(): Promise<void> {
    const { tenantId } = this.model;
    const customer = this.random.pick(['', customerId]);
    const request = ListSessionsRequest.fromPartial({ tenantId, customerId: customer });
    const list = await this.calls.unary(SessionServiceService.listSessions, request);
    const counts = await this.calls.unary(SessionServiceService.countSessions, {
      tenantId,
      agentId: '',
      scenarioId: '',
    });
    if (list === undefined || counts === undefined) return;
    const expected = customer === '' ? [...this.model.sessions.keys()] : this.model.listCustomerSessions();
    expect(list.sessions.map(({ sessionId }) => sessionId).sort()).toEqual([...expected].sort());
    expect(counts.sessions).toBe(this.model.sessions.size);
  }

  async exportCustomer(): Promise<void> {
    const request = { tenantId: this.model.tenantId, customerId, cursor: '' };
    const messages = await this.calls.stream(SessionServiceService.exportCustomer, request);
    if (messages === undefined) return;
    const exported = messages.flatMap(({ session }) => (session === undefined ? [] : [session.sessionId]));
    expect(exported).toEqual(this.model.listCustomerSessions());
    const turnIds = messages.flatMap(({ turns }) => turns.map(({ turnId }) => turnId));
    expect(turnIds).toEqual(exported.flatMap((sessionId) => this.model.sessions.get(sessionId)?.turnIds ?? []));
  }

  async deleteCustomer(): Promise<void> {
    // Rarely, so that sessions grow.
    if (!this.random.nextBoolean(0.1)) return await this.listSessions();
    const request = { tenantId: this.model.tenantId, customerId };
    const response = await this.calls.unary(SessionServiceService.deleteCustomer, request);
    if (response === undefined) return;
    const expected = this.model.listCustomerSessions();
    expect(response).toEqual({ deletedSessions: expected.length, complete: true });
    for (const sessionId of expected) this.model.sessions.delete(sessionId);
  }

  async importSession(): Promise<void> {
    const sessionId = this.random.pick(sessionIds);
    const note = this.model.nextText();
    const request = ImportSessionRequest.fromPartial({
      ...this.getAgentKey(getAgentId(sessionId)),
      sessionId,
      variables: { note },
      lastAction: ScenarioAction.SCENARIO_ACTION_COMPLETE,
    });
    const expectedReason = this.model.sessions.has(sessionId) ? 'SESSION_EXISTS' : undefined;
    const response = await this.calls.unary(SessionServiceService.importSession, request, expectedReason);
    if (response !== undefined) this.model.sessions.set(sessionId, { turnIds: [], note });
  }

  async deleteSession(): Promise<void> {
    // Rarely, so that sessions grow.
    if (!this.random.nextBoolean(0.1)) return await this.getSession();
    const sessionId = this.random.pick(sessionIds);
    const response = await this.calls.unary(SessionServiceService.deleteSession, {
      tenantId: this.model.tenantId,
      sessionId,
    });
    if (response !== undefined) expect(response.existed).toBe(this.model.sessions.delete(sessionId));
  }

  async putScenario(): Promise<void> {
    const [agentId, scenarioId] = [this.random.pick(agentIds), this.random.pick(scenarioIds)];
    const name = this.model.nextText();
    const scenario = Scenario.fromPartial({
      scenarioId,
      name,
      entryStepId: 'ask',
      steps: [
        { stepId: 'ask', collectsProfileFields: ['order_id'], transitions: [{ targetStepId: 'end' }] },
        { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
      ],
    });
    const request = { ...this.getAgentKey(agentId), scenario, expectedVersion: undefined };
    const response = await this.calls.unary(ScenarioServiceService.putScenario, request);
    if (response === undefined) return;
    expect(response.created).toBe(true);
    this.model.scenarios.set(`${agentId} ${scenarioId}`, name);
  }

  async listScenarios(agentId = this.random.pick(agentIds)): Promise<void> {
    const request = ListScenariosRequest.fromPartial(this.getAgentKey(agentId));
    const response = await this.calls.unary(ScenarioServiceService.listScenarios, request);
    const found = response?.scenarios.map(({ scenario }) => [scenario?.scenarioId, scenario?.name]);
    if (found !== undefined) expect(found).toEqual(this.model.listScenarios(agentId));
  }

  async deleteScenario(): Promise<void> {
    const [agentId, scenarioId] = [this.random.pick(agentIds), this.random.pick(scenarioIds)];
    const request = { ...this.getAgentKey(agentId), scenarioId, expectedVersion: undefined };
    const response = await this.calls.unary(ScenarioServiceService.deleteScenario, request);
    if (response !== undefined) expect(response.existed).toBe(this.model.deleteScenario(agentId, scenarioId));
  }

  async putRelationship(): Promise<void> {
    const { agentId, relationship, key } = this.pickRelationship();
    const request = { ...this.getAgentKey(agentId), relationship };
    const response = await this.calls.unary(ScenarioServiceService.putRelationship, request);
    if (response === undefined) return;
    expect(response.created).toBe(!this.model.relationships.has(key));
    this.model.relationships.add(key);
  }

  async deleteRelationship(): Promise<void> {
    const { agentId, relationship, key } = this.pickRelationship();
    const request = { ...this.getAgentKey(agentId), relationship };
    const response = await this.calls.unary(ScenarioServiceService.deleteRelationship, request);
    if (response !== undefined) expect(response.existed).toBe(this.model.relationships.delete(key));
  }

  async listRelationships(agentId = this.random.pick(agentIds)): Promise<void> {
    const response = await this.calls.unary(ScenarioServiceService.listRelationships, this.getAgentKey(agentId));
    const found = response?.relationships.map((each) => `${agentId} ${each.sourceId} ${each.targetScenarioId}`);
    if (found !== undefined) expect(found.sort()).toEqual(this.model.listRelationships(agentId));
  }

  async putFields(): Promise<void> {
    const [agentId, text] = [this.random.pick(agentIds), this.model.nextText()];
    const definitions = FieldDefinitions.fromPartial({ fields: [{ name: 'note', description: { text } }] });
    const request = { ...this.getAgentKey(agentId), definitions, expectedVersion: undefined };
    const response = await this.calls.unary(ScenarioServiceService.putFields, request);
    if (response === undefined) return;
    expect(response.created).toBe(true);
    this.model.fields.set(agentId, text);
  }

  async getFields(agentId = this.random.pick(agentIds)): Promise<void> {
    const response = await this.calls.unary(ScenarioServiceService.getFields, this.getAgentKey(agentId));
    if (response === undefined) return;
    const found = response.stored?.definitions?.fields.map(({ description }) => description?.text);
    expect(found).toEqual(this.model.fields.has(agentId) ? [this.model.fields.get(agentId)] : []);
  }

  private getAgentKey(agentId: string) {
    return { tenantId: this.model.tenantId, agentId };
  }

  private pickRelationship() {
    const agentId = this.random.pick(agentIds);
    const sourceId = this.random.pick(scenarioIds);
    const targetScenarioId = this.random.pick(scenarioIds.filter((id) => id !== sourceId));
    const kind = RelationshipKind.RELATIONSHIP_KIND_IMPLIES;
    const relationship = Relationship.fromPartial({ kind, sourceId, targetScenarioId });
    return { agentId, relationship, key: `${agentId} ${sourceId} ${targetScenarioId}` };
  }
}

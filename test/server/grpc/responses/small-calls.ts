import {
  OrchestratorServiceService,
  ProcessTurnRequest,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { ImportSessionRequest, SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import { uuid } from '../../../support/session-builder';
import { aDrawing, agent, aPhaseInput } from './largest-requests';
import type { ResponseRecorder } from './response-recorder';

const { countSessions, explainTurn, importSession } = SessionServiceService;
const { processTurn, decideLifecycle, decideTransitions, planContributions } = OrchestratorServiceService;
const catalogue = ScenarioServiceService;

/** A small call of every method whose response is checked when it is sent. */
export const smallCalls: Readonly<Record<string, (recorder: ResponseRecorder) => Promise<unknown>>> = {
  DecideLifecycle: (recorder) => recorder.call(decideLifecycle, { input: aPhaseInput({ scenarios: 1 }) }),
  DecideTransitions: (recorder) => recorder.call(decideTransitions, { input: aPhaseInput({ scenarios: 1 }) }),
  PlanContributions: (recorder) => recorder.call(planContributions, { input: aPhaseInput({ scenarios: 1 }) }),
  async ExplainTurn(recorder) {
    const ids = { ...agent, sessionId: uuid(18), turnId: uuid(901) };
    await recorder.call(
      processTurn,
      ProcessTurnRequest.fromPartial({ turn: { ...ids, candidates: [{ scenarioId: uuid(19) }] } }),
    );
    await recorder.call(explainTurn, { ...ids, revision: 0 });
  },
  async CountSessions(recorder) {
    for (const number of [41, 42]) {
      const scenario = { ...aDrawing(2), scenarioId: uuid(number) };
      await recorder.call(catalogue.putScenario, { ...agent, scenario, expectedVersion: undefined });
      const ids = { ...agent, sessionId: uuid(number), activeScenarioId: uuid(number) };
      await recorder.call(importSession, ImportSessionRequest.fromPartial(ids));
    }
    await recorder.call(countSessions, { tenantId: agent.tenantId, agentId: '', scenarioId: '' });
  },
  async RenderScenario(recorder) {
    const scenario = aDrawing(2);
    await recorder.call(catalogue.putScenario, { ...agent, scenario, expectedVersion: undefined });
    const request = { ...agent, scenarioId: scenario.scenarioId, version: 0, sessionId: '' };
    await recorder.call(catalogue.renderScenario, request);
  },
};

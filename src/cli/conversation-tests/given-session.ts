import { fromJson, toBinary } from '@bufbuild/protobuf';
import type { Node } from 'yaml';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import {
  type FileMessage,
  findNearestName,
  getContractRegistry,
  getMessageDescriptor,
  type ParseContext,
  parseMessage,
  type ScenarioIdLookup,
} from '../files';

const sessionPath = 'given.session';
/** Fields of ImportSessionRequest that the test runner sets. */
const runnerFields = ['tenant_id', 'agent_id', 'session_id'];

/**
 * Parses the session that a conversation starts with: the fields of the contract's ImportSessionRequest (section 8), with the
 * name of the scenario in place of its id. Reports unknown steps, because the service would relocate the session without an
 * error (2.2).
 */
export function parseGivenSession(
  context: ParseContext,
  node: Node,
  scenarios: readonly FileMessage<Scenario>[],
  getId: ScenarioIdLookup,
): ImportSessionRequest {
  const descriptor = getMessageDescriptor('ImportSessionRequest');
  const json = parseMessage(context, descriptor, node, sessionPath);
  for (const name of runnerFields) {
    if (name in json) context.reportAt(`${sessionPath}.${name}`, 'UNKNOWN_KEY', 'is set by the test runner; remove it');
  }
  const message = fromJson(descriptor, json, { registry: getContractRegistry() });
  const session = ImportSessionRequest.decode(toBinary(descriptor, message));
  const scenarioPath = `${sessionPath}.active_scenario_id`;
  if (session.activeScenarioId === '') {
    const path = context.positions.has(scenarioPath) ? scenarioPath : sessionPath;
    context.reportAt(path, 'MISSING', 'active_scenario_id must name a scenario');
    return session;
  }
  const activeScenarioId = getId(session.activeScenarioId, scenarioPath);
  const scenario = scenarios.find(({ message: { scenarioId } }) => scenarioId === activeScenarioId);
  if (scenario !== undefined) checkSteps(context, session, scenario.message);
  return { ...session, activeScenarioId };
}

function checkSteps(context: ParseContext, session: ImportSessionRequest, { name, steps }: Scenario): void {
  const knownSteps = new Set(steps.map(({ stepId }) => stepId));
  const check = (stepId: string, path: string): void => {
    if (knownSteps.has(stepId)) return;
    const nearest = findNearestName(stepId, [...knownSteps]);
    const hint = nearest === undefined ? '' : `; did you mean “${nearest}”?`;
    context.reportAt(path, 'UNKNOWN_STEP', `${name} has no step “${stepId}”${hint}`);
  };
  if (session.currentStepId !== '') check(session.currentStepId, `${sessionPath}.current_step_id`);
  for (const stepId of Object.keys(session.visitedSteps)) {
    check(stepId, `${sessionPath}.visited_steps[${JSON.stringify(stepId)}]`);
  }
}

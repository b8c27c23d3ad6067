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
} from '../files';
import type { ScenarioIdLookup } from './scenario-names';

/** The path of the session in a conversation file. */
const path = 'given.session';

/** Ids that the player chooses. */
const playersOwn = ['tenant_id', 'agent_id', 'session_id'];

/**
 * The session that a conversation begins with: the fields of the contract's ImportSessionRequest (section 8), the scenario by its
 * name. What is not there is reported: a step that the scenario does not have would be relocalized without a word (2.2).
 */
export function parseGivenSession(
  reading: ParseContext,
  node: Node | undefined,
  scenarios: readonly FileMessage<Scenario>[],
  idOf: ScenarioIdLookup,
): ImportSessionRequest | undefined {
  if (node === undefined) return undefined;
  const descriptor = getMessageDescriptor('ImportSessionRequest');
  const json = parseMessage(reading, descriptor, node, path);
  for (const name of playersOwn) {
    if (name in json) reading.reportAt(`${path}.${name}`, 'UNKNOWN_KEY', 'is chosen by the player; leave it out');
  }
  const message = fromJson(descriptor, json, { registry: getContractRegistry() });
  const session = ImportSessionRequest.decode(toBinary(descriptor, message));
  const at = `${path}.active_scenario_id`;
  if (session.activeScenarioId === '') {
    reading.reportAt(reading.positions.has(at) ? at : path, 'MISSING', 'active_scenario_id must name a scenario');
    return session;
  }
  const activeScenarioId = idOf(session.activeScenarioId, at);
  const scenario = scenarios.find(({ message: each }) => each.scenarioId === activeScenarioId);
  if (scenario !== undefined) checkSteps(reading, session, scenario.message);
  return { ...session, activeScenarioId };
}

function checkSteps(reading: ParseContext, session: ImportSessionRequest, { name, steps }: Scenario): void {
  const known = new Set(steps.map(({ stepId }) => stepId));
  const check = (stepId: string, at: string): void => {
    if (known.has(stepId)) return;
    const near = findNearestName(stepId, known);
    const hint = near === undefined ? '' : `; did you mean “${near}”?`;
    reading.reportAt(at, 'UNKNOWN_STEP', `${name} has no step “${stepId}”${hint}`);
  };
  if (session.currentStepId !== '') check(session.currentStepId, `${path}.current_step_id`);
  for (const stepId of Object.keys(session.visitedSteps)) {
    check(stepId, `${path}.visited_steps[${JSON.stringify(stepId)}]`);
  }
}

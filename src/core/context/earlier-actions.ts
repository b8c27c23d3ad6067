import type { InstanceRequest, RequestedTool } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { Catalogue } from '../scenario/catalogue';

/**
 * Adds the tools of actions that a release up to 0.2 hinted: its sessions do not record them. Such a release always hinted all tools of a
 * step. Returns the same session if no action lacks its tools.
 */
export function addMissingTools(session: Session, catalogue: Pick<Catalogue, 'getScenarioVersion'>): Session {
  if (!session.instances.some(({ requests }) => requests.some(lacksTools))) return session;
  return { ...session, instances: session.instances.map((instance) => addToInstance(instance, catalogue)) };
}

function lacksTools({ kind, tools }: InstanceRequest): boolean {
  return kind === 'ACTION' && tools.length === 0;
}

function addToInstance(instance: ScenarioInstance, catalogue: Pick<Catalogue, 'getScenarioVersion'>): ScenarioInstance {
  const scenario = catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
  const requests = instance.requests.map((request): InstanceRequest => {
    if (!lacksTools(request)) return request;
    const outcome = getToolOutcome(request);
    const tools = scenario?.steps.get(request.stepId)?.tools ?? [];
    return { ...request, tools: tools.map(({ toolId }) => ({ toolId, outcome })) };
  });
  return { ...instance, requests };
}

/** Returns the outcome of every tool: that of the action. */
function getToolOutcome({ outcome }: InstanceRequest): RequestedTool['outcome'] {
  if (outcome === 'ACTION_SUCCEEDED') return 'SUCCEEDED';
  return outcome === 'ACTION_FAILED' ? 'FAILED' : undefined;
}

import { CallError, type OrchestratorClient } from 'scenario-orchestrator-client';
import { PutRelationshipRequest, PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import {
  type FileProblem,
  FileProblemsError,
  findingToFileProblem,
  formatProblem,
  type ScenarioFiles,
  violationToFileProblem,
} from '../files';

/** Whose catalogue it is. */
export interface Agent {
  readonly tenantId: string;
  readonly agentId: string;
}

/**
 * Puts the scenarios and relationships of files into the catalogue. Resolves to the service's warnings, a line each with its
 * place. Throws FileProblemsError with all findings where the service refuses one.
 */
export async function putScenarios(
  client: Pick<OrchestratorClient, 'putScenario' | 'putRelationship'>,
  agent: Agent,
  files: ScenarioFiles,
): Promise<readonly string[]> {
  const problems: FileProblem[] = [];
  const warnings: string[] = [];
  for (const { message: scenario, source } of files.scenarios) {
    try {
      const { findings } = await client.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario }));
      warnings.push(...findings.map((finding) => formatProblem(findingToFileProblem(source, finding))));
    } catch (error) {
      if (!(error instanceof CallError) || error.violations.length === 0) throw error;
      problems.push(
        ...error.violations.map(({ field, description }) => violationToFileProblem(source, field, description)),
      );
    }
  }
  if (problems.length > 0) throw new FileProblemsError(problems);
  for (const { message: relationship } of files.relationships) {
    await client.putRelationship(PutRelationshipRequest.fromPartial({ ...agent, relationship }));
  }
  return warnings;
}

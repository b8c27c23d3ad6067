import { writeFileSync } from 'node:fs';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { type ConversationRun, getFailedTurns, hasPassed } from '../conversation-tests/conversation-run';
import { computeCoverage, type ScenarioCoverage } from '../conversation-tests/coverage';
import { formatJunitReport } from '../conversation-tests/junit-report';
import { readConversation } from '../conversation-tests/read-conversation';
import { runInProcess } from '../conversation-tests/run-in-process';
import { type ExitCode, exitCodes } from '../exit-code';
import { FileProblemsError, listDocumentFiles, readScenarioFiles } from '../files';
import { formatCoverage } from '../output/coverage-lines';
import { formatDifferences } from '../output/difference-lines';
import type { Output } from '../output/output';
import { styled } from '../output/styled-text';

export interface TestOptions {
  /** The file that JUnit XML is written to. */
  readonly junit?: string;
  readonly coverage: boolean;
}

/** Plays conversation files by the rules, in process, and tells which turns were not decided as they expect. */
export async function test(paths: readonly string[], options: TestOptions, output: Output): Promise<ExitCode> {
  const runs: ConversationRun[] = [];
  const scenarios = new Map<string, CompiledScenario>();
  const broken: string[] = [];
  for (const file of paths.flatMap(listDocumentFiles)) {
    try {
      const { run, checked } = await runInProcess(readConversation(file, readScenarioFiles));
      for (const scenario of checked.scenarios) scenarios.set(scenario.scenarioId, scenario);
      runs.push(run);
      if (!output.json) for (const line of runLines(run, output)) output.writeLine(line);
    } catch (error) {
      if (!(error instanceof FileProblemsError)) throw error;
      broken.push(error.message);
      output.writeStatus(error.message);
    }
  }
  const coverage = options.coverage
    ? computeCoverage(
        [...scenarios.values()],
        runs.flatMap(({ turnResults: played }) => played),
      )
    : [];
  if (options.junit !== undefined) writeFileSync(options.junit, formatJunitReport(runs));
  const passed = broken.length === 0 && runs.every(hasPassed);
  if (output.json) output.writeJson({ passed, conversations: runs.map(runJson), coverage, broken });
  else report(runs, coverage, broken, output);
  return passed ? exitCodes.ok : exitCodes.findings;
}

function runLines(run: ConversationRun, { terminal: paper }: Output): readonly string[] {
  const { conversation, turnResults: played, failure } = run;
  const mark = hasPassed(run) ? styled(paper, 'green', '✓') : styled(paper, 'red', '✗');
  const turns = `${conversation.turns.length} ${conversation.turns.length === 1 ? 'turn' : 'turns'}`;
  return [
    `${mark} ${styled(paper, 'strong', conversation.name)} ${styled(paper, 'faint', `${turns}, ${conversation.file}`)}`,
    ...getFailedTurns(run).flatMap((turn) => [
      styled(paper, 'strong', `  turn ${turn.number}  ${turn.scripted.about}`.trimEnd()),
      ...formatDifferences(paper, conversation, turn),
    ]),
    ...(failure === '' ? [] : [styled(paper, 'red', `  turn ${played.length + 1} could not be played: ${failure}`)]),
  ];
}

function runJson(run: ConversationRun): unknown {
  const { conversation, turnResults: played, failure } = run;
  return {
    file: conversation.file,
    name: conversation.name,
    passed: hasPassed(run),
    ...(failure === '' ? {} : { failure }),
    turns: played.map(({ number, scripted, differences: unmet }) => ({
      number,
      about: scripted.about,
      differences: unmet.map((difference) => ({
        ...difference,
        ...(scripted.expectationPositions.get(difference.key) ?? scripted.position),
      })),
    })),
  };
}

function report(
  runs: readonly ConversationRun[],
  coverage: readonly ScenarioCoverage[],
  broken: readonly string[],
  output: Output,
): void {
  if (coverage.length > 0) {
    output.writeLine('');
    for (const line of formatCoverage(output.terminal, coverage)) output.writeLine(line);
  }
  const failed = runs.filter((run) => !hasPassed(run)).length;
  const parts = [
    `${runs.length - failed} of ${runs.length} conversations as expected`,
    ...(broken.length > 0 ? [`${broken.length} could not be read`] : []),
  ];
  output.writeStatus(styled(output.terminal, failed + broken.length === 0 ? 'green' : 'red', parts.join(', ')));
}

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { type ConversationRun, getFailedTurns, hasPassed } from '../conversation-tests/conversation';
import { readConversation } from '../conversation-tests/conversation-file';
import { computeCoverage, type ScenarioCoverage } from '../conversation-tests/coverage';
import { listConversationFiles } from '../conversation-tests/list-conversations';
import { runInProcess } from '../conversation-tests/run-in-process';
import { type ExitCode, exitCodes } from '../exit-codes';
import { FileProblemsError, formatProblem, messageToJson, readScenarioFiles } from '../files';
import { type Output, styled } from '../output/terminal';
import { formatCoverage, formatDifferences, formatJunitReport, formatTurnResult } from '../output/test-report';

interface TestOptions extends JsonOptions {
  /** The file for the JUnit XML report. */
  readonly junit?: string;
  readonly coverage: boolean;
  /** Whether to print every turn with its decisions. */
  readonly show: boolean;
}

export function createTestCommand(): Command {
  return createCommand('test', {
    summary: 'run conversation tests',
    description: 'Runs conversation files without a service and reports the turns that are not decided as expected.',
  })
    .argument('<paths...>', 'conversation files or folders')
    .option('--coverage', 'report which steps and transitions are covered', false)
    .option('--show', 'show every turn with its decisions', false)
    .option('--junit <file>', 'write the results as JUnit XML')
    .addOption(createJsonOption())
    .action((paths: readonly string[], options: TestOptions) =>
      runCommand(options, (output) => test(paths, options, output)),
    );
}

interface TestResults {
  readonly runs: readonly ConversationRun[];
  readonly coverage: readonly ScenarioCoverage[];
  /** The problems of invalid files, one string for each file. */
  readonly fileErrors: readonly string[];
}

async function test(paths: readonly string[], options: TestOptions, output: Output): Promise<ExitCode> {
  const runs: ConversationRun[] = [];
  const scenarios = new Map<string, CompiledScenario>();
  const fileErrors: string[] = [];
  for (const file of paths.flatMap(listConversationFiles)) {
    try {
      const { run, checkedScenarios } = await runInProcess(readConversation(file, readScenarioFiles));
      for (const scenario of checkedScenarios.scenarios) scenarios.set(scenario.scenarioId, scenario);
      runs.push(run);
      if (!output.json) for (const line of formatRun(run, options.show, output)) output.writeLine(line);
    } catch (error) {
      if (!(error instanceof FileProblemsError)) throw error;
      fileErrors.push(error.message);
      for (const problem of error.problems) output.writeStatus(formatProblem(problem));
    }
  }
  const turnResults = runs.flatMap((run) => run.turnResults);
  const coverage = options.coverage ? computeCoverage([...scenarios.values()], turnResults) : [];
  if (options.junit !== undefined) writeFileSync(options.junit, formatJunitReport(runs));
  const isSuccess = fileErrors.length === 0 && runs.every(hasPassed);
  if (output.json)
    output.writeJson({
      passed: isSuccess,
      conversations: runs.map((run) => toJson(run, options.show)),
      coverage,
      file_errors: fileErrors,
    });
  else writeSummary({ runs, coverage, fileErrors }, output);
  return isSuccess ? exitCodes.ok : exitCodes.findings;
}

/** Formats a run: its result and the failed turns or, with `isShown`, every turn with its decisions. */
function formatRun(run: ConversationRun, isShown: boolean, { terminal }: Output): readonly string[] {
  const { conversation, turnResults, failure } = run;
  const { name, file, turns } = conversation;
  const mark = hasPassed(run) ? styled(terminal, 'green', '✓') : styled(terminal, 'red', '✗');
  const turnCount = `${turns.length} ${turns.length === 1 ? 'turn' : 'turns'}`;
  return [
    `${mark} ${styled(terminal, 'strong', name)} ${styled(terminal, 'faint', `${turnCount}, ${file}`)}`,
    ...(isShown
      ? turnResults.flatMap((turn) => formatTurnResult(terminal, conversation, turn))
      : getFailedTurns(run).flatMap((turn) => [
          styled(terminal, 'strong', `  turn ${turn.number}  ${turn.scriptedTurn.about}`.trimEnd()),
          ...formatDifferences(terminal, conversation, turn),
        ])),
    ...(failure === '' ? [] : [styled(terminal, 'red', `  turn ${turnResults.length + 1} failed: ${failure}`)]),
  ];
}

/** Converts a run to JSON. With `isShown`, each turn includes the sent turn and the response. */
function toJson(run: ConversationRun, isShown: boolean): unknown {
  const { conversation, turnResults, failure } = run;
  return {
    file: conversation.file,
    name: conversation.name,
    passed: hasPassed(run),
    ...(failure === '' ? {} : { failure }),
    turns: turnResults.map(({ number, scriptedTurn, turn, response, differences }) => ({
      number,
      about: scriptedTurn.about,
      ...(isShown
        ? {
            turn: messageToJson('Turn', Turn.encode(turn).finish()),
            response: messageToJson('ProcessTurnResponse', ProcessTurnResponse.encode(response).finish()),
          }
        : {}),
      differences: differences.map((difference) => ({
        ...difference,
        ...(scriptedTurn.expectationPositions.get(difference.key) ?? scriptedTurn.position),
      })),
    })),
  };
}

function writeSummary({ runs, coverage, fileErrors }: TestResults, output: Output): void {
  if (coverage.length > 0) {
    output.writeLine('');
    for (const line of formatCoverage(output.terminal, coverage)) output.writeLine(line);
  }
  const passedCount = runs.filter(hasPassed).length;
  const hasFailures = passedCount < runs.length || fileErrors.length > 0;
  const parts = [
    `${passedCount} of ${runs.length} conversations passed`,
    ...(fileErrors.length > 0 ? [`${fileErrors.length} invalid`] : []),
  ];
  output.writeStatus(styled(output.terminal, hasFailures ? 'red' : 'green', parts.join(', ')));
}

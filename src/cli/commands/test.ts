import { writeFileSync } from 'node:fs';
import { documentFiles, FileProblemsError, readScenarioFiles } from '../../adapters/files';
import { type ConversationRun, failedTurns, hasPassed } from '../../conversation/conversation-run';
import { coverageOf, type ScenarioCoverage } from '../../conversation/coverage';
import { junitReport } from '../../conversation/junit-report';
import { readConversation } from '../../conversation/read-conversation';
import type { CompiledScenario } from '../../domain/compiled-scenario';
import { playOffline } from '../../offline/play-offline';
import { coverageLines } from '../../terminal/coverage-lines';
import { differenceLines } from '../../terminal/difference-lines';
import { inked } from '../../terminal/paper';
import { type ExitCode, exitCodes } from '../exit-code';
import type { Output } from '../output';

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
  for (const file of paths.flatMap(documentFiles)) {
    try {
      const { run, checked } = await playOffline(readConversation(file, readScenarioFiles));
      for (const scenario of checked.scenarios) scenarios.set(scenario.scenarioId, scenario);
      runs.push(run);
      if (!output.json) for (const line of runLines(run, output)) output.say(line);
    } catch (error) {
      if (!(error instanceof FileProblemsError)) throw error;
      broken.push(error.message);
      output.tell(error.message);
    }
  }
  const coverage = options.coverage
    ? coverageOf(
        [...scenarios.values()],
        runs.flatMap(({ played }) => played),
      )
    : [];
  if (options.junit !== undefined) writeFileSync(options.junit, junitReport(runs));
  const passed = broken.length === 0 && runs.every(hasPassed);
  if (output.json) output.value({ passed, conversations: runs.map(runJson), coverage, broken });
  else report(runs, coverage, broken, output);
  return passed ? exitCodes.ok : exitCodes.findings;
}

function runLines(run: ConversationRun, { paper }: Output): readonly string[] {
  const { conversation, played, failure } = run;
  const mark = hasPassed(run) ? inked(paper, 'green', '✓') : inked(paper, 'red', '✗');
  const turns = `${conversation.turns.length} ${conversation.turns.length === 1 ? 'turn' : 'turns'}`;
  return [
    `${mark} ${inked(paper, 'strong', conversation.name)} ${inked(paper, 'faint', `${turns}, ${conversation.file}`)}`,
    ...failedTurns(run).flatMap((turn) => [
      inked(paper, 'strong', `  turn ${turn.number}  ${turn.scripted.about}`.trimEnd()),
      ...differenceLines(paper, conversation, turn),
    ]),
    ...(failure === '' ? [] : [inked(paper, 'red', `  turn ${played.length + 1} could not be played: ${failure}`)]),
  ];
}

function runJson(run: ConversationRun): unknown {
  const { conversation, played, failure } = run;
  return {
    file: conversation.file,
    name: conversation.name,
    passed: hasPassed(run),
    ...(failure === '' ? {} : { failure }),
    turns: played.map(({ number, scripted, unmet }) => ({
      number,
      about: scripted.about,
      differences: unmet.map((difference) => ({
        ...difference,
        ...(scripted.expectedAt.get(difference.key) ?? scripted.at),
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
    output.say('');
    for (const line of coverageLines(output.paper, coverage)) output.say(line);
  }
  const failed = runs.filter((run) => !hasPassed(run)).length;
  const parts = [
    `${runs.length - failed} of ${runs.length} conversations as expected`,
    ...(broken.length > 0 ? [`${broken.length} could not be read`] : []),
  ];
  output.tell(inked(output.paper, failed + broken.length === 0 ? 'green' : 'red', parts.join(', ')));
}

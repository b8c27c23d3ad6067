import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { messageToJson } from '../files';
import type { Output } from '../output/terminal';
import { addAgentOptions, type ConnectionOptions, parseUuid, withClient } from '../service-client';
import { createScenarioReader, readConversationSource } from '../simulation/conversation-source';
import { type FailOn, hasFailed, isKindName, type KindName, listKindNames } from '../simulation/fail-on';
import { readFileDefinitions, toDefinitionSet, toDefinitionUpdate } from '../simulation/file-definitions';
import {
  formatCount,
  formatMarkdown,
  formatSimulation,
  formatSimulationJunit,
  formatSummary,
} from '../simulation/format-simulation';
import { readRecordSources } from '../simulation/record-source';
import { listSourceFiles } from '../simulation/recorded-sources';
import { simulateLive } from '../simulation/simulate-live';
import { SourceSimulator } from '../simulation/simulate-sources';

interface SimulateOptions extends ConnectionOptions, JsonOptions {
  readonly tenant?: string;
  readonly agent?: string;
  readonly against: readonly string[];
  readonly with: readonly string[];
  readonly base: readonly string[];
  readonly session: readonly string[];
  readonly replace: boolean;
  readonly failOn: FailOn;
  readonly junit?: string;
  readonly markdown?: string;
}

const noFailure: FailOn = { kinds: new Set(), isIncomplete: false };

export function createSimulateCommand(): Command {
  const kinds = [...listKindNames(), 'any', 'incomplete'].join(', ');
  const command = createCommand('simulate', {
    summary: 'show what a change of definitions does to recorded turns',
    description: [
      'Decides recorded turns again with other definitions, and reports by kind and by cause which turns are decided differently.',
      'Nothing is changed.',
    ].join(' '),
  })
    .addOption(
      new Option(
        '--against <paths...>',
        'recorded turns: `live` for those of a service, else conversation tests, .jsonl files with turns, or folders',
      )
        .makeOptionMandatory()
        .argParser(collect),
    )
    .addOption(
      new Option('--with <paths...>', 'scenario files or folders to decide with')
        .makeOptionMandatory()
        .argParser(collect),
    )
    .addOption(
      new Option('--base <paths...>', 'scenario files that decided the turns of .jsonl files')
        .default([])
        .argParser(collect),
    )
    .addOption(
      new Option('--session <uuid>', 'with `live`: only this session; repeatable; default: all of the feed')
        .default([])
        .argParser((text: string, previous: readonly string[]) => [...previous, parseUuid(text)]),
    )
    .option('--replace', 'leave out definitions that --with does not have', false)
    .addOption(
      new Option('--fail-on <kinds>', `comma-separated kinds of differences that fail: ${kinds}`)
        .default(noFailure, 'none')
        .argParser(parseFailOn),
    )
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--markdown <file>', 'write the result as Markdown, for a pull request')
    .addOption(createJsonOption());
  return addAgentOptions(command, { isMandatory: false, timeoutSeconds: 60 }).action((options: SimulateOptions) =>
    runCommand(options, (output) => simulate(options, output)),
  );
}

function collect(text: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), text];
}

function parseFailOn(text: string): FailOn {
  const names = text.split(',').map((name) => name.trim());
  const kinds = new Set<KindName>();
  for (const name of names) {
    if (name === 'any') for (const kind of listKindNames()) kinds.add(kind);
    else if (isKindName(name)) kinds.add(name);
    else if (name !== 'incomplete') {
      throw new InvalidArgumentError(
        `“${name}” is not a kind. It must be one of ${[...listKindNames(), 'any', 'incomplete'].join(', ')}.`,
      );
    }
  }
  return { kinds, isIncomplete: names.includes('incomplete') };
}

async function simulate(options: SimulateOptions, output: Output): Promise<ExitCode> {
  const progress = createProgress(output);
  const response = isLive(options) ? await simulateService(options, progress) : await simulateFiles(options, progress);
  const { failOn, junit, markdown } = options;
  if (junit !== undefined) writeFileSync(junit, formatSimulationJunit(response, failOn));
  if (markdown !== undefined) writeFileSync(markdown, formatMarkdown(response, failOn));
  if (output.json) {
    output.writeJson(messageToJson('SimulateTurnsResponse', SimulateTurnsResponse.encode(response).finish()));
  } else for (const line of formatSimulation(output.terminal, response, failOn)) output.writeLine(line);
  output.writeStatus(formatSummary(response));
  if (response.turnCount === 0) output.writeStatus('No turn was simulated, so the result shows nothing.');
  return hasFailed(response, failOn) ? exitCodes.findings : exitCodes.ok;
}

/** Number of turns between two lines of progress. */
const progressInterval = 1_000;

/** Returns a function that adds simulated turns and writes a line of progress now and then. */
function createProgress(output: Output): (count: number) => void {
  let turnCount = 0;
  return (added) => {
    const before = Math.floor(turnCount / progressInterval);
    turnCount += added;
    if (Math.floor(turnCount / progressInterval) > before) output.writeStatus(`${formatCount(turnCount, 'turn')} ...`);
  };
}

function isLive({ against }: SimulateOptions): boolean {
  return against.includes('live');
}

function simulateService(options: SimulateOptions, onTurns: (count: number) => void): Promise<SimulateTurnsResponse> {
  const { tenant, agent, against, session: sessionIds, with: paths, replace: isComplete } = options;
  if (against.length > 1) throw new CommandError(exitCodes.usage, 'Use --against live without other paths.');
  if (tenant === undefined || agent === undefined) {
    throw new CommandError(exitCodes.usage, 'Name the tenant and the agent of the sessions with --tenant and --agent.');
  }
  return withClient(options, (client) =>
    simulateLive(client, { agent: { tenantId: tenant, agentId: agent }, sessionIds, paths, isComplete, onTurns }),
  );
}

async function simulateFiles(
  options: SimulateOptions,
  onTurns: (count: number) => void,
): Promise<SimulateTurnsResponse> {
  if (options.session.length > 0) throw new CommandError(exitCodes.usage, 'Use --session with --against live only.');
  const { conversations, records } = listSourceFiles(options.against);
  if (records.length > 0 && options.base.length === 0) {
    throw new CommandError(
      exitCodes.usage,
      `Name the scenario files that decided the turns of ${records[0]} with --base.`,
    );
  }
  const definitions = readFileDefinitions(options.with);
  const simulator = new SourceSimulator(toDefinitionUpdate(definitions, options.replace));
  const readScenarios = createScenarioReader();
  for (const file of conversations) onTurns(simulator.add(await readConversationSource(file, readScenarios)));
  if (records.length > 0) {
    const base = toDefinitionSet(readFileDefinitions(options.base));
    for (const file of records) for (const source of readRecordSources(file, base)) onTurns(simulator.add(source));
  }
  return simulator.getResponse();
}

import { type Command, InvalidArgumentError, Option } from 'commander';
import { WaitsFor } from '../../../gen/focal/orchestration/v1/request';
import { PauseReason, ScenarioInstanceStatus } from '../../../gen/focal/orchestration/v1/session';
import {
  CountSessionsRequest,
  CountSessionsResponse,
  ListSessionsRequest,
  SessionSummary,
} from '../../../gen/focal/orchestration/v1/session_service';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import { messageToJson } from '../files';
import { formatSessionCounts, formatSessionSummary } from '../output/format-session-summary';
import type { Output } from '../output/terminal';
import { addServiceOptions, parseCount, parseUuid, type ServiceOptions, withClient } from '../service-client';

// The commands `sessions list` and `sessions count`.

interface ListOptions extends ServiceOptions, JsonOptions {
  readonly agent?: string;
  readonly customer?: string;
  readonly scenario?: string;
  readonly scenarioVersion?: number;
  readonly step?: string;
  readonly status?: ScenarioInstanceStatus;
  readonly pauseReason?: PauseReason;
  readonly waitsFor?: WaitsFor;
  readonly idleSince?: Date;
  readonly startedFrom?: Date;
  readonly startedBefore?: Date;
  /** Default: unlimited. */
  readonly count?: number;
}

interface CountOptions extends ServiceOptions, JsonOptions {
  readonly agent?: string;
  readonly scenario?: string;
}

export function createSessionsCommand(): Command {
  return createCommand('sessions', {
    summary: 'list or count the sessions of a tenant',
    description: 'Lists or counts the sessions of a tenant (docs/how-to/finding-sessions.md).',
  })
    .addCommand(createListCommand())
    .addCommand(createCountCommand());
}

function createListCommand(): Command {
  const command = createCommand('list', {
    summary: 'list sessions',
    description: 'Lists the sessions that all given options select, newest first.',
  })
    .addOption(new Option('--agent <uuid>', 'of this agent').argParser(parseUuid))
    .addOption(new Option('--customer <id>', 'of this customer'))
    .addOption(new Option('--scenario <uuid>', 'with an instance of this scenario').argParser(parseUuid))
    .addOption(new Option('--scenario-version <number>', 'with an instance of this version').argParser(parseCount))
    .addOption(new Option('--step <id>', 'with an instance at this step'))
    .addOption(createEnumOption('--status <status>', 'with an instance of this status', liveStatuses))
    .addOption(createEnumOption('--pause-reason <code>', 'with an instance that is paused for this', pauseReasons))
    .addOption(createEnumOption('--waits-for <code>', 'with an instance that waits for this', waitsFor))
    .addOption(new Option('--idle-since <time>', 'without a message after this time').argParser(parseTime))
    .addOption(new Option('--started-from <time>', 'that started at this time or later').argParser(parseTime))
    .addOption(new Option('--started-before <time>', 'that started before this time').argParser(parseTime))
    .addOption(new Option('-n, --count <sessions>', 'stop after this number of sessions').argParser(parseCount))
    .addOption(createJsonOption('print each session as JSON on one line'));
  return addServiceOptions(command).action((options: ListOptions) =>
    runCommand(options, (output) => list(options, output)),
  );
}

function createCountCommand(): Command {
  const command = createCommand('count', {
    summary: 'count sessions and instances',
    description: 'Counts the sessions, and the active and paused instances by scenario, version, step and status.',
  })
    .addOption(new Option('--agent <uuid>', 'only sessions of this agent').argParser(parseUuid))
    .addOption(new Option('--scenario <uuid>', 'only instances of this scenario').argParser(parseUuid))
    .addOption(createJsonOption());
  return addServiceOptions(command).action((options: CountOptions) =>
    runCommand(options, (output) => count(options, output)),
  );
}

/** Maximum number of sessions in a page. */
const maxPageSize = 500;

async function list(options: ListOptions, output: Output): Promise<ExitCode> {
  let remaining = options.count ?? Number.POSITIVE_INFINITY;
  const filter = ListSessionsRequest.fromPartial({
    tenantId: options.tenant,
    agentId: options.agent ?? '',
    customerId: options.customer ?? '',
    scenarioId: options.scenario ?? '',
    scenarioVersion: options.scenarioVersion ?? 0,
    stepId: options.step ?? '',
    status: options.status ?? 0,
    pauseReason: options.pauseReason ?? 0,
    waitsFor: options.waitsFor ?? 0,
    idleSince: options.idleSince,
    startedFrom: options.startedFrom,
    startedBefore: options.startedBefore,
  });
  return withClient(options, async (client) => {
    for (let pageToken: string | undefined; pageToken !== '' && remaining > 0; ) {
      const pageSize = Math.min(remaining, maxPageSize);
      const request: ListSessionsRequest = { ...filter, pageSize, pageToken: pageToken ?? '' };
      const { sessions, nextPageToken } = await client.listSessions(request);
      for (const session of sessions) show(session, output);
      remaining -= sessions.length;
      pageToken = nextPageToken;
    }
    return exitCodes.ok;
  });
}

function show(session: SessionSummary, output: Output): void {
  if (output.json) output.writeJsonLine(messageToJson('SessionSummary', SessionSummary.encode(session).finish()));
  else for (const line of formatSessionSummary(session)) output.writeLine(line);
}

async function count(options: CountOptions, output: Output): Promise<ExitCode> {
  const { tenant: tenantId, agent: agentId = '', scenario: scenarioId = '' } = options;
  return withClient(options, async (client) => {
    const counts = await client.countSessions(CountSessionsRequest.fromPartial({ tenantId, agentId, scenarioId }));
    if (output.json) {
      output.writeJson(messageToJson('CountSessionsResponse', CountSessionsResponse.encode(counts).finish()));
    } else for (const line of formatSessionCounts(counts)) output.writeLine(line);
    return exitCodes.ok;
  });
}

interface EnumChoices {
  readonly values: Readonly<Record<string, string | number>>;
  readonly prefix: string;
  /** Names without the prefix that cannot be chosen. */
  readonly except: readonly string[];
}

const liveStatuses: EnumChoices = {
  values: ScenarioInstanceStatus,
  prefix: 'SCENARIO_INSTANCE_STATUS_',
  except: ['COMPLETED', 'CANCELLED'],
};
const pauseReasons: EnumChoices = { values: PauseReason, prefix: 'PAUSE_REASON_', except: [] };
const waitsFor: EnumChoices = { values: WaitsFor, prefix: 'WAITS_FOR_', except: [] };

/** Creates an option whose value is a name of an enum without its prefix. */
function createEnumOption(flags: string, description: string, { values, prefix, except }: EnumChoices): Option {
  const choices = Object.entries(values).flatMap(([name, value]): (readonly [string, number])[] => {
    const shortName = name.replace(prefix, '');
    return typeof value === 'number' && value > 0 && !except.includes(shortName) ? [[shortName, value]] : [];
  });
  const names = choices.map(([name]) => name).join(', ');
  return new Option(flags, `${description}: ${names}`).argParser((text) => {
    const choice = choices.find(([name]) => name === text.toUpperCase());
    if (choice !== undefined) return choice[1];
    throw new InvalidArgumentError(`It must be one of ${names}.`);
  });
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T.*)?$/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError('It must be a time in ISO 8601, for example 2026-11-30T12:00:00Z.');
}

import { parseArgs } from 'node:util';
import { RawClient, type RawResult } from '../../chaos/raw-client';
import { CleanupStack } from '../cleanup';
import { parsePositiveInteger, runBenchCommand, showProgress } from '../command';
import { describeMachine, formatTable } from '../figures';
import { type Attack, attacks } from './attacks';
import { bombHeadings, bombs, measureBombs } from './gzip-bombs';
import type { HoldReport } from './hold-monitor';
import { startMonitoredService } from './monitored-service';
import { readReport } from './read-report';

interface HoldArguments {
  readonly attacks: readonly Attack[];
  readonly includesBombs: boolean;
  readonly bombRuns: number;
  readonly help: boolean;
}

const usage = `npm run bench:hold [-- [--only NAME,NAME] [--bomb-runs N]]

Sends calls that need as much work as the contract allows to a service with the embedded store. Prints, for each of them, the longest
time for which the event loop of the service ran nothing else, and the status of the call. Then sends 100 gzip bombs at once, and prints
the memory of the service before, at most and afterwards. See docs/performance.md.

  --only NAME,NAME  run only these attacks: a, b, c, d, e, f, g1, g2, h1, h2, h3, h4, bombs
  --bomb-runs N     runs of each shape of gzip bombs, each on a process of its own; default 1`;

const bombsName = 'bombs';

function parseHoldArguments(args: readonly string[]): HoldArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      'bomb-runs': { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const prefixes = values.only?.split(',').map((name) => name.trim());
  const unknown = prefixes?.find(
    (prefix) => prefix !== bombsName && !attacks.some(({ name }) => name.startsWith(prefix)),
  );
  if (unknown !== undefined) throw new Error(`There is no attack "${unknown}".`);
  return {
    attacks: attacks.filter(({ name }) => prefixes?.some((prefix) => name.startsWith(prefix)) ?? true),
    includesBombs: prefixes?.includes(bombsName) ?? true,
    bombRuns: parsePositiveInteger('--bomb-runs', values['bomb-runs']),
    help: values.help,
  };
}

function describeResult(result: RawResult | undefined): string {
  if (result === undefined) return '-';
  if ('failure' in result) return `${result.failure.status}: ${result.failure.details.slice(0, 100)}`;
  return `OK, ${result.response.bytes.length} bytes`;
}

const headings = ['attack', 'first ms', 'CPU ms', 'warm ms', 'CPU ms', 'call ms', 'result of the last call'];

/** The rounds of an attack on one service. The first ones show the service before its code is compiled by the JavaScript engine. */
const rounds = 8;
const warmRounds = 3;

async function runAttack({ prepare }: Attack, client: RawClient, monitorPort: number): Promise<(string | number)[]> {
  const call = await prepare(client);
  const reports: HoldReport[] = [];
  let last: RawResult | undefined;
  let totalMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    await readReport(monitorPort);
    const startedAt = performance.now();
    last = await call();
    totalMs = performance.now() - startedAt;
    reports.push(await readReport(monitorPort));
  }
  const warm = reports.slice(-warmRounds);
  return [
    reports[0]?.longestMs ?? Number.NaN,
    reports[0]?.longestCpuMs ?? Number.NaN,
    Math.max(...warm.map(({ longestMs }) => longestMs)),
    Math.max(...warm.map(({ longestCpuMs }) => longestCpuMs)),
    totalMs,
    describeResult(last),
  ];
}

runBenchCommand({
  parse: parseHoldArguments,
  usage,
  run: (args) => {
    const cleanups = new CleanupStack();
    return cleanups.run(async () => {
      console.log(describeMachine());
      const rows: (string | number)[][] = [headings];
      for (const attack of args.attacks) {
        showProgress(attack.name);
        rows.push([attack.name, ...(await measureOnNewService(attack))]);
      }
      showProgress('');
      if (args.attacks.length > 0) console.log(formatTable(rows));
      if (!args.includesBombs) return;
      const bombRows: (string | number)[][] = [bombHeadings];
      for (const bomb of bombs) {
        for (let run = 1; run <= args.bombRuns; run += 1) {
          showProgress(`${bomb.name}, run ${run}`);
          bombRows.push([bomb.name, ...(await measureBombs(bomb))]);
        }
      }
      showProgress('');
      console.log(`\n${formatTable(bombRows)}`);
    });
  },
});

/** Runs an attack on a service of its own, so that memory of the attacks before it has no effect. */
async function measureOnNewService(attack: Attack): Promise<(string | number)[]> {
  const cleanups = new CleanupStack();
  return await cleanups.run(async () => {
    // The largest number, so that as many scenarios as possible are active.
    const { port, monitorPort } = await startMonitoredService(cleanups, {
      ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_SIMULTANEOUS_SCENARIOS: '20',
    });
    const client = cleanups.add(new RawClient(port), (each) => each.close());
    await client.waitForReady(10_000);
    return await runAttack(attack, client, monitorPort);
  });
}

import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { createCommand, runCommand } from '../../src/cli/command';
import { type ExitCode, exitCodes } from '../../src/cli/exit-codes';
import { formatRow, type Output } from '../../src/cli/output/terminal';
import { describeChange } from '../../src/core/simulation/definition-change';
import { listDataFiles } from '../replay/read-records';
import { addUsage, findPlanted, simulateAll, type UsedReplay } from './find-planted';
import { plantedChanges } from './planted-changes';
import { recordReplay } from './recorded-replay';

// The relative path is the same from tools/ and from dist/tools/.
const sampleFolder = join(__dirname, '..', '..', 'examples', 'replay');

export function createSimulationCommand(): Command {
  return createCommand('npm run simulation --', {
    description: [
      'Plants changes in the definitions of recorded conversations (scenario-replay/1), one at a time, and prints what a simulation finds.',
      'Also measures how many turns a second one core simulates.',
    ].join(' '),
  })
    .addOption(new Option('--data <folder>', 'folder with *.jsonl files').default(sampleFolder, 'examples/replay'))
    .action(({ data }: { readonly data: string }) => runCommand({}, (output) => simulatePlanted(data, output)));
}

async function simulatePlanted(data: string, output: Output): Promise<ExitCode> {
  const replays: UsedReplay[] = [];
  for (const path of await listDataFiles(data)) {
    const replay = addUsage(await recordReplay(path));
    replays.push(replay);
    const turns = replay.sessions.reduce((sum, session) => sum + session.turns.length, 0);
    output.writeStatus(`${replay.file}: ${turns} turns of ${replay.sessions.length} sessions`);
  }
  let missed = 0;
  for (const change of plantedChanges) {
    const found = findPlanted(change, replays);
    const isFound = found?.isClassified === true && found.wrongCauses.length === 0;
    if (!isFound) missed += 1;
    const groups = found?.result.groups ?? [];
    const text = groups.map(
      ({ kind, turnCount, counterfactualCount }) => `${kind} ${turnCount}+${counterfactualCount}`,
    );
    const mark = { text: isFound ? 'found' : 'MISSED', width: 8, style: isFound ? 'green' : 'red' } as const;
    const row = [mark, { text: found?.file ?? 'no place', width: 17 }, { text: change.name, width: 42 }];
    for (const line of formatRow(output.terminal, row, text.join(', '))) output.writeLine(line);
    for (const cause of found?.wrongCauses ?? []) output.writeStatus(`  wrong cause: ${describeChange(cause)}`);
  }
  output.writeLine(`${plantedChanges.length - missed} of ${plantedChanges.length} found`);
  measure(replays, output);
  return missed === 0 ? exitCodes.ok : exitCodes.findings;
}

/** Simulates all sessions without a change, several times, and prints the fastest and the median round. */
function measure(replays: readonly UsedReplay[], output: Output): void {
  const rates = Array.from({ length: 7 }, () => {
    const start = process.cpuUsage();
    let turns = 0;
    for (const { sessions, definitions } of replays) turns += simulateAll(sessions, definitions, definitions).turnCount;
    const { user, system } = process.cpuUsage(start);
    return Math.round((turns * 1_000_000) / (user + system));
  }).sort((a, b) => a - b);
  const load = loadavg()[0]?.toFixed(1) ?? '';
  output.writeLine(
    `turns for each second of CPU time: ${rates[3]} (median of 7), ${rates[6]} (best); load average ${load}`,
  );
}

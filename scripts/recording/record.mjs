// Writes docs/terminal.svg: the output of the commands below, with terminal colors. `npm run recording` updates it. `--check` writes nothing
// and fails if the output has changed.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, root } from '../run.mjs';
import { renderTerminalSvg } from './terminal-svg.mjs';

const columns = 96;
// Simulates a terminal, because the program writes colors only to a terminal.
const terminalModule = `data:text/javascript,process.stdout.isTTY=process.stderr.isTTY=true;process.stdout.columns=${columns};process.stderr.columns=${columns}`;
const sessionId = '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d03';
const turnFile = `message: Order 4711 came broken, I want my money back. And can somebody call me?
customer_data: {customer_id: C-1, email: a@example.com, phone_number: "+49 30 5550 117"}
situation:
  candidate_variables:
    - {name: order_id, value: "4711"}
    - {name: refund_reason, value: broken}
candidates:
  - {scenario_id: Refund, score: 0.9}
  - {scenario_id: Callback, score: 0.8}
`;
/** Ids and times of the output follow from these, so that every recording is the same. */
const fixedKeys = `turn_id: 7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d11
occurred_at: 2026-11-30T09:00:00Z
`;

const folder = mkdtempSync(join(tmpdir(), 'recording-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'wishes.yaml'), `${turnFile}${fixedKeys}`);

const server = await startServer();
const lines = [
  ...record('test examples/conversations', ['test', 'examples/conversations']),
  ...record('put examples/scenarios', ['put', 'examples/scenarios']),
  ...formatLines('cat wishes.yaml', turnFile),
  ...record('turn wishes.yaml --session $SESSION', ['turn', join(folder, 'wishes.yaml'), '--session', sessionId]),
];
server.process.kill();

const path = join(root, 'docs', 'terminal.svg');
const svg = renderTerminalSvg(lines, columns);
if (!process.argv.includes('--check')) writeFileSync(path, svg);
else if (readFileSync(path, 'utf8') !== svg) fail('docs/terminal.svg is stale: run `npm run recording` and commit it');

/** Runs a command. Returns the lines of the command and of its output. */
function record(command, args) {
  const { stdout, stderr, status } = spawnSync('node', ['--import', terminalModule, 'dist/src/cli/main.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      SCENARIO_ORCHESTRATOR_SERVER: server.address,
      SCENARIO_ORCHESTRATOR_TENANT: '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01',
      SCENARIO_ORCHESTRATOR_AGENT: '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02',
    },
  });
  if (status !== 0) fail(`recording: ${command} exited with code ${status}:\n${stdout}${stderr}`);
  return formatLines(`scenario-orchestrator ${command}`, `${stdout}${stderr}`);
}

function formatLines(command, output) {
  return [`\u001b[32m$\u001b[0m \u001b[1m${command}\u001b[0m`, ...output.trimEnd().split('\n'), ''];
}

/** Starts the service with the embedded store in a temporary folder. */
async function startServer() {
  const child = spawn('node', ['dist/src/server/main.js'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      ORCHESTRATOR__SERVER__PORT: '0',
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
      ORCHESTRATOR__SERVER__WARM_UP_TURNS: '0',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.on('exit', () => child.kill());
  let log = '';
  for await (const text of child.stderr.setEncoding('utf8')) {
    log += text;
    const address = /listen(?:s|ing) on (\S+:\d+)\D/.exec(log)?.[1];
    if (address !== undefined) return { process: child, address };
  }
  return fail(`recording: the service did not start:\n${log}`);
}

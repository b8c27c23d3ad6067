// Writes docs/terminal.svg: what the commands below print, in the colours of a terminal. `npm run recording` makes it anew after a
// build; `--check` writes nothing and fails when the program prints something else by now.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, root } from '../run.mjs';
import { terminalSvg } from './terminal-svg.mjs';

const COLUMNS = 96;
// The program writes colours to terminals only.
const AS_TERMINAL = `data:text/javascript,process.stdout.isTTY=process.stderr.isTTY=true;process.stdout.columns=${COLUMNS};process.stderr.columns=${COLUMNS}`;
const SESSION = '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d03';
const WISHES = `message: Order 4711 came broken, I want my money back. And can somebody call me?
customer_data: {customer_id: C-1, email: a@example.com, phone_number: "+49 30 5550 117"}
situation:
  candidate_variables:
    - {name: order_id, value: "4711"}
    - {name: refund_reason, value: broken}
candidates:
  - {scenario_id: Refund, score: 0.9}
  - {scenario_id: Callback, score: 0.8}
`;

const folder = mkdtempSync(join(tmpdir(), 'recording-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'wishes.yaml'), WISHES);

const server = await startedServer();
const lines = [
  ...shown('test examples/conversations', ['test', 'examples/conversations']),
  ...shown('put examples/scenarios', ['put', 'examples/scenarios']),
  ...typed('cat wishes.yaml', WISHES),
  ...shown('turn wishes.yaml --session $SESSION', ['turn', join(folder, 'wishes.yaml'), '--session', SESSION]),
];
server.process.kill();

const path = join(root, 'docs', 'terminal.svg');
const svg = terminalSvg(lines, COLUMNS);
if (!process.argv.includes('--check')) writeFileSync(path, svg);
else if (readFileSync(path, 'utf8') !== svg) fail('docs/terminal.svg is stale: run `npm run recording` and commit it');

/** The lines of a command with what it prints. */
function shown(command, args) {
  const { stdout, stderr, status } = spawnSync('node', ['--import', AS_TERMINAL, 'dist/src/cli/main.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      SCENARIO_ORCHESTRATOR_SERVER: server.address,
      SCENARIO_ORCHESTRATOR_TENANT: '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01',
      SCENARIO_ORCHESTRATOR_AGENT: '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02',
    },
  });
  if (status !== 0) fail(`recording: ${command} ended with ${status}:\n${stdout}${stderr}`);
  return typed(`scenario-orchestrator ${command}`, `${stdout}${stderr}`);
}

function typed(command, printed) {
  return [`\u001b[32m$\u001b[0m \u001b[1m${command}\u001b[0m`, ...printed.trimEnd().split('\n'), ''];
}

/** The service with a store of its own. */
async function startedServer() {
  const child = spawn('node', ['dist/src/server/main.js'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      ORCHESTRATOR__SERVER__PORT: '0',
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.on('exit', () => child.kill());
  let told = '';
  for await (const text of child.stderr.setEncoding('utf8')) {
    told += text;
    const address = /listens on (\S+);/.exec(told)?.[1];
    if (address !== undefined) return { process: child, address };
  }
  return fail(`recording: the service did not start:\n${told}`);
}

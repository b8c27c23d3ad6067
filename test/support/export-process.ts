import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** A process of the built `export` command. It ends with the process of the test. */
export class ExportProcess {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private text = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, ['dist/src/cli/main.js', 'export', ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const killWithTest = () => this.child.kill('SIGKILL');
    process.once('exit', killWithTest);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
    this.exited = once(this.child, 'close').finally(() => process.removeListener('exit', killWithTest));
  }

  get stderr(): string {
    return this.text;
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Sends SIGTERM. Resolves to the exit code. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.waitForExit();
  }

  async waitForExit(): Promise<number | null> {
    await this.exited;
    return this.child.exitCode;
  }
}

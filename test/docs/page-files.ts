import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { ConversationRun } from '../../src/cli/conversation-tests/conversation';
import { readConversation } from '../../src/cli/conversation-tests/conversation-file';
import { runInProcess } from '../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, formatProblem, messageToJson, readScenarioFiles } from '../../src/cli/files';
import { formatDifferences } from '../../src/cli/output/test-report';
import type { Block } from './markdown-pages';

// Pages show files: each `yaml` block is a file, and its first line is the file name. The files of a page share a folder.

/** A file that a page shows. */
export interface PageFile {
  /** Unique among all pages. */
  readonly path: string;
  readonly name: string;
  readonly text: string;
  readonly isConversation: boolean;
}

/** Returns the file that a block of the page shows; undefined if it is not a `yaml` block. */
export function toPageFile(page: string, { language, text, line }: Block): PageFile | undefined {
  if (language !== 'yaml') return undefined;
  const name = /^# (\S+\.yaml)\n/.exec(text)?.[1];
  if (name === undefined) throw new Error(`${page}:${line}: a YAML block must start with the line “# name.yaml”.`);
  return { path: join(page.replace(/\.md$/, ''), name), name, text, isConversation: /^turns:/m.test(text) };
}

/** A temporary folder with the files of pages. */
export class PageFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pages-'));

  constructor(files: readonly PageFile[]) {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      writeFileSync(join(this.#folder, path), text);
    }
  }

  /** Returns the findings about a scenario file. */
  check({ path }: PageFile): readonly string[] {
    return checkScenarios(readScenarioFiles([join(this.#folder, path)])).problems.map(formatProblem);
  }

  /** Plays a conversation as `scenario-orchestrator test` does. Returns its differences and failure, one text each. */
  async play(file: PageFile): Promise<readonly string[]> {
    const run = await this.#run(file);
    const terminal = { hasColor: false, width: 140 };
    const differences = run.turnResults.flatMap((turn) => formatDifferences(terminal, run.conversation, turn));
    return run.failure === '' ? differences : [...differences, run.failure];
  }

  /** Plays a conversation. Returns the responses of its turns as `scenario-orchestrator test --show --json` prints them. */
  async readResponses(file: PageFile): Promise<readonly unknown[]> {
    const { turnResults } = await this.#run(file);
    return turnResults.map(({ response }) =>
      messageToJson('ProcessTurnResponse', ProcessTurnResponse.encode(response).finish()),
    );
  }

  async #run({ path }: PageFile): Promise<ConversationRun> {
    return (await runInProcess(readConversation(join(this.#folder, path), readScenarioFiles))).run;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

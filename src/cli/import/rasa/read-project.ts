import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { createUnreadableFileProblem, type FileProblem, isFileSystemError } from '../../files';
import type { RasaFlow, RasaProject, RasaResponse, RasaSlot, RasaTest } from './project';
import { readResponses, readSlots } from './read-domain';
import { readFlows } from './read-flows';
import { readTests } from './read-tests';
import type { ImportReport, RasaPosition } from './report';
import { readYaml, UnusableFileError, type YamlEntry, type YamlValue } from './yaml-value';

/** Folders that are no part of a project. */
const skippedFolders: ReadonlySet<string> = new Set(['node_modules', 'models', 'actions', '__pycache__', 'venv']);

/** A project, and the errors of files that cannot be read. */
export interface ReadProject {
  readonly project: RasaProject;
  readonly problems: readonly FileProblem[];
}

/** Reads the YAML files of a folder and of its subfolders, except `skippedFolder`. Reports what the import does not read. */
export function readProject(folder: string, report: ImportReport, skippedFolder?: string): ReadProject {
  const reader = new ProjectReader(folder, report);
  const skipped = skippedFolder === undefined ? undefined : resolve(skippedFolder);
  for (const file of listYamlFiles(folder, skipped)) reader.readFile(file);
  return reader.getResult();
}

/** Returns YAML files sorted by path. Does not follow symbolic links. */
function listYamlFiles(folder: string, skippedFolder: string | undefined): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        const isSkipped =
          entry.name.startsWith('.') || skippedFolders.has(entry.name) || resolve(path) === skippedFolder;
        return isSkipped ? [] : listYamlFiles(path, skippedFolder);
      }
      return entry.isFile() && /\.ya?ml$/.test(entry.name) ? [path] : [];
    })
    .sort();
}

/** Top-level keys that the import does not read, with the reason and what to do by hand. */
const ignoredKeys: ReadonlyMap<string, readonly [reason: string, action: string]> = new Map([
  ['nlu', ['the caller of the service understands messages', 'keep your models for intents and values']],
  ['rules', ['rules and stories belong to assistants without flows', 'rewrite them as flows or scenarios']],
  ['stories', ['rules and stories belong to assistants without flows', 'rewrite them as flows or scenarios']],
  ['forms', ['forms belong to assistants without flows', 'write a step with `collects_profile_fields`']],
  ['intents', ['the caller of the service understands messages', 'send `canonical_intent_label` with the turn']],
  ['entities', ['the caller of the service understands messages', 'send values as `candidate_variables`']],
  [
    'session_config',
    ['the caller decides when a session begins', 'use a new session id, and send what to keep as `session_variables`'],
  ],
  [
    'stub_custom_actions',
    ['results of tools are turns of a conversation test', 'add the results to the outcomes of the tools'],
  ],
]);

/** Keys that need no report, because other keys say the same. */
const silentKeys: ReadonlySet<string> = new Set(['version', 'actions', 'fixtures', 'metadata']);

/** Keys of a file that configures Rasa itself. Such a file is one item of the report. */
const configurationKeys: ReadonlySet<string> = new Set([
  'recipe',
  'pipeline',
  'policies',
  'assistant_id',
  'action_endpoint',
  'rest',
  'tracker_store',
  'event_broker',
  'nlg',
  'model_groups',
  'llm_judge',
]);

class ProjectReader {
  readonly #folder: string;
  readonly #report: ImportReport;
  readonly #flows = new Map<string, RasaFlow>();
  readonly #slots = new Map<string, RasaSlot>();
  readonly #responses = new Map<string, RasaResponse>();
  readonly #tests: RasaTest[] = [];
  readonly #problems: FileProblem[] = [];

  constructor(folder: string, report: ImportReport) {
    this.#folder = folder;
    this.#report = report;
  }

  getResult(): ReadProject {
    return {
      project: { flows: this.#flows, slots: this.#slots, responses: this.#responses, tests: this.#tests },
      problems: this.#problems,
    };
  }

  readFile(path: string): void {
    const file = (relative(this.#folder, path) || path).replaceAll('\\', '/');
    try {
      const { roots, problems } = readYaml(file, readFileSync(path, 'utf8'));
      this.#problems.push(...problems);
      for (const root of roots) this.#readRoot(root);
    } catch (error) {
      if (error instanceof UnusableFileError) this.#problems.push(toProblem(error));
      else if (isFileSystemError(error)) this.#problems.push(createUnreadableFileProblem(file, error));
      else throw error;
    }
  }

  #readRoot(root: YamlValue): void {
    const { entries } = root;
    if (entries.some(({ key }) => configurationKeys.has(key))) {
      this.#report.addLoss(
        root.at,
        'file',
        'it configures Rasa itself',
        'configure this service (docs/configuration.md)',
      );
      return;
    }
    for (const entry of entries) this.#readEntry(entry, root);
  }

  #readEntry({ key, at, value }: YamlEntry, root: YamlValue): void {
    if (key === 'flows') this.#add(this.#flows, readFlows(value, this.#report), 'flow', ({ id }) => id);
    else if (key === 'slots') this.#add(this.#slots, readSlots(value, this.#report), 'slot', ({ name }) => name);
    else if (key === 'responses')
      this.#add(this.#responses, readResponses(value, this.#report), 'response', ({ name }) => name);
    else if (key === 'test_cases') this.#tests.push(...readTests(root, this.#report));
    else if (!silentKeys.has(key)) {
      const [reason, action] = ignoredKeys.get(key) ?? [
        'the import does not know the key',
        'decide what it means here',
      ];
      this.#report.addLoss(at, key, reason, action);
    }
  }

  /** Rasa merges the files of a project; a name that occurs twice is a mistake there, too. */
  #add<Item extends { readonly at: RasaPosition }>(
    found: Map<string, Item>,
    items: readonly Item[],
    kind: string,
    getName: (item: Item) => string,
  ): void {
    for (const item of items) {
      const first = found.get(getName(item));
      if (first === undefined) found.set(getName(item), item);
      else {
        const place = `${first.at.file}:${first.at.line}`;
        this.#report.addLoss(
          item.at,
          `${kind} "${getName(item)}"`,
          `is already defined (${place})`,
          'remove one of the definitions',
        );
      }
    }
  }
}

function toProblem({ at, message }: UnusableFileError): FileProblem {
  return { ...at, path: '', severity: 'ERROR', code: 'TOO_LARGE', message };
}

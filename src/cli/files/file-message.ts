import type { FieldDefinitions } from '../../../gen/focal/orchestration/v1/field';
import type { Relationship, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import type { FileProblem, SourceMap } from './problems';

// The content of scenario files.

/** A message of the contract that was read from a file. */
export interface FileMessage<Message> {
  readonly message: Message;
  /** The message in the binary format of protobuf. */
  readonly bytes: Uint8Array;
  /** The positions of the fields in the file. */
  readonly source: SourceMap;
  /** The path of the message in its document: "" for a scenario, `relationships[2]` for a relationship. */
  readonly path: string;
}

/** The definitions of files, in the order of the files and of the text. */
export interface ScenarioFiles {
  readonly scenarios: readonly FileMessage<Scenario>[];
  readonly relationships: readonly FileMessage<Relationship>[];
  /** The field definitions: none, or the only ones. */
  readonly fields: readonly FileMessage<FieldDefinitions>[];
}

/** Definitions without those that have problems, and all problems. */
export interface ParsedScenarioFiles extends ScenarioFiles {
  /** Ordered by file, then by position. */
  readonly problems: readonly FileProblem[];
}

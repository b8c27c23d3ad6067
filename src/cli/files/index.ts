// The API for scenario files, including the parts that conversation files use.
export { findNearestName } from '../../core/model/nearest-name';
export { isUuid, normalizeUuid } from '../../core/model/uuid';
export { type CheckedScenarios, checkScenarios, checkTogether } from './check-scenarios';
export { durationFormat, getContractRegistry, getMessageDescriptor, messageToJson, toProtoDuration } from './contract';
export type { FileMessage, ParsedScenarioFiles, ScenarioFiles } from './file-message';
export { describeUnknownKey, parseMessage } from './parse-message';
export {
  createEmptyFileProblem,
  createUnreadableFileProblem,
  type FileProblem,
  type FileProblemCode,
  FileProblemsError,
  findingToFileProblem,
  formatProblem,
  isFileSystemError,
  type SourceMap,
  type SourcePosition,
  sortByPosition,
  violationToFileProblem,
} from './problems';
export {
  listDocumentFiles,
  loadScenarioFiles,
  parseScenarioFile,
  parseScenarioFiles,
  readScenarioFiles,
} from './scenario-files';
export {
  createScenarioIdLookup,
  type NamedScenario,
  resolveScenarioNames,
  type ScenarioIdLookup,
} from './scenario-names';
export { asNode, describeNode, ParseContext, parseDocuments } from './source-document';

export { getContractRegistry, getMessageDescriptor } from './contract-descriptors';
export {
  emptyFileProblem,
  type FileProblem,
  type FileProblemCode,
  FileProblemsError,
  formatProblem,
  type SourcePosition,
  sortByPosition,
} from './file-problem';
export { findingToFileProblem, violationToFileProblem } from './finding-problem';
export { asNode, type MappingEntry, readMappingEntries } from './mapping-entries';
export { messageToJson } from './message-json';
export { parseMessage } from './message-value';
export { findNearestName } from './nearest-name';
export { describeNode, ParseContext } from './parse-context';
export { type FileMessage, parseScenarioFile, type ScenarioFile } from './scenario-file';
export {
  isFileSystemError,
  listDocumentFiles,
  loadScenarioFiles,
  readScenarioFiles,
  type ScenarioFiles,
  unreadableFileProblem,
} from './scenario-folder';
export { type ParsedDocuments, parseDocuments, type SourceDocument, type SourceText } from './source-document';
export { SourceMap } from './source-map';

// Scenario files, and the parts of them that conversation files share.
export { findNearestName } from '../../core/model/nearest-name';
export { type CheckedScenarios, checkScenarios } from './check-scenarios';
export { getContractRegistry, getMessageDescriptor, messageToJson } from './contract';
export { parseMessage } from './parse-message';
export {
  emptyFileProblem,
  type FileProblem,
  type FileProblemCode,
  FileProblemsError,
  findingToFileProblem,
  formatProblem,
  isFileSystemError,
  type SourceMap,
  type SourcePosition,
  sortByPosition,
  unreadableFileProblem,
  violationToFileProblem,
} from './problems';
export {
  type FileMessage,
  listDocumentFiles,
  loadScenarioFiles,
  type ParsedScenarioFiles,
  parseScenarioFile,
  readScenarioFiles,
  type ScenarioFiles,
} from './scenario-files';
export { asNode, ParseContext, parseDocuments } from './source-document';

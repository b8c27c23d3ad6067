export { contractMessage, contractRegistry } from './contract-descriptors';
export {
  type FileProblem,
  type FileProblemCode,
  FileProblemsError,
  inFileOrder,
  nothingIn,
  problemLine,
  type SourcePosition,
} from './file-problem';
export { findingProblem, violationProblem } from './finding-problem';
export { type LocatedDocument, type ParsedText, parseText, type SourceText } from './located-document';
export { asNode, type MappingEntry, mappingEntries } from './mapping-entries';
export { messageJson } from './message-json';
export { messageValue } from './message-value';
export { nearestName } from './nearest-name';
export { Reading, whatItIs } from './reading';
export { type FromFile, readScenarioFile, type ScenarioFile } from './scenario-file';
export {
  documentFiles,
  isFileError,
  loadScenarioFiles,
  readScenarioFiles,
  type ScenarioFiles,
  unreadable,
} from './scenario-folder';
export { SourceMap } from './source-map';

export { ChatDecisionModel, type ChatModelDependencies, type ChatModelOptions } from './chat-decision-model';

export { ChatDecisionModel, type ChatModelOptions, type ChatModelSurroundings } from './chat-decision-model';

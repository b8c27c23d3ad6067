export { createPinoLog, type PinoLogOptions } from './pino-log';

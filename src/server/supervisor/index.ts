export { countAvailableCores } from './available-cores';
export { createWorkerFactory, isWorkerProcess } from './cluster-workers';
export type { WorkerProcess } from './messages';
export { Supervisor, type SupervisorTimings, supervisorTimings } from './supervisor';
export { connectToSupervisor, type WorkerChannel } from './worker-channel';

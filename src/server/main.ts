import { toVisibleLines } from '../core/model/visible-text';
import { loadConfig } from './config';
import { logGrpcDiagnostics } from './grpc';
import { runService } from './run-service';
import { countWorkers, runSupervisor } from './run-supervisor';
import { runWorker } from './run-worker';
import { isWorkerProcess } from './supervisor';
import { createPinoLogger } from './telemetry/pino-logger';
import { installProcessLog, setProcessLogger, writeOperatorMessage } from './telemetry/process-log';

async function main(): Promise<void> {
  installProcessLog(); // the preload has done it already, unless the process was started without it
  if (isWorkerProcess()) return await runWorker();
  const config = loadConfig(process.env);
  const log = createPinoLogger({
    level: config.telemetry.log_level,
    isCustomerDataAllowed: config.telemetry.customer_data,
  });
  setProcessLogger(log);
  logGrpcDiagnostics(log);
  const workers = countWorkers(config, log);
  if (workers === 1) await runService(config, log);
  else await runSupervisor({ config, workers, workerProgram: __filename, log });
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  writeOperatorMessage('error', `scenario-orchestrator: ${toVisibleLines(message)}`);
  process.exit(1);
});

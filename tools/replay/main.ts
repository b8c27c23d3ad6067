import { replayCommand } from './replay-command';

process.stdout.on('error', () => process.exit(1)); // `npm run replay | head` closes it
void replayCommand(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

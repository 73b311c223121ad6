/**
 * Loaded into every service with `--import`: when the launcher is killed its IPC channel closes, and the service ends as it
 * would on SIGTERM. Without this a killed launcher would leave services that hold ports and WhatsApp sessions.
 */
const HARD_EXIT_MS = 10_000;

process.on('disconnect', () => {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), HARD_EXIT_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
// Watching must not keep a service running that has nothing else to do.
process.channel?.unref();

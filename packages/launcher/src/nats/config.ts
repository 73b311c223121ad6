const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
const MAX_MEMORY_STORE_BYTES = 256 * 1024 * 1024;
const MAX_FILE_STORE_BYTES = 20 * 1024 * 1024 * 1024;

/**
 * The server's configuration file (docs.nats.io, "Configuring NATS Server"). Loopback only: the embedded server has no
 * accounts, so it must not be reachable from elsewhere. Limits are explicit, else they depend on the machine's free disk.
 */
export function natsConfig(port: number, storeDir: string): string {
  return [
    `listen: "127.0.0.1:${port}"`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(storeDir)}`,
    `  max_memory_store: ${MAX_MEMORY_STORE_BYTES}`,
    `  max_file_store: ${MAX_FILE_STORE_BYTES}`,
    '}',
    '',
  ].join('\n');
}

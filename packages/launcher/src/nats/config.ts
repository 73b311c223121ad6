const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
const MAX_MEMORY_STORE_BYTES = 256 * 1024 * 1024;
const MAX_FILE_STORE_BYTES = 20 * 1024 * 1024 * 1024;

/**
 * The server's configuration file (docs.nats.io, "Configuring NATS Server"). Loopback only. Limits are explicit, else they
 * depend on the machine's free disk. With `usersFile`, a path from this file's
 * directory, nobody gets in who does not stand in it.
 */
export function natsConfig(port: number, storeDir: string, usersFile?: string): string {
  return [
    `listen: "127.0.0.1:${port}"`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(storeDir)}`,
    `  max_memory_store: ${MAX_MEMORY_STORE_BYTES}`,
    `  max_file_store: ${MAX_FILE_STORE_BYTES}`,
    '}',
    ...(usersFile ? [`authorization { include ${JSON.stringify(usersFile)} }`] : []),
    '',
  ].join('\n');
}

import { connectBus } from '@multiwa/bus';
import { subjects } from '@multiwa/contracts';
import { openDatabase } from '@multiwa/db';
import { findFfmpeg, makeMediaLinks, openMediaStorage } from '@multiwa/media';
import { type Logger, openKeyring, type Running, startSpan } from '@multiwa/runtime';
import type { GatewayEnv } from './env.js';
import { Stops } from './stops.js';
import { wireGateway } from './wiring.js';

const MIB = 1024 * 1024;

/** Opens what the gateway needs, wires it and listens. */
export async function startGateway(env: GatewayEnv, logger: Logger, onFatal: (error: Error) => void): Promise<Running> {
  const stops = new Stops();
  const cipher = openKeyring(env, logger);
  const database = openDatabase({
    url: env.DATABASE_URL,
    applicationName: 'multiwa-gateway',
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
  });
  stops.add(() => database.close());
  const bus = await connectBus({ url: env.NATS_URL, name: 'gateway', logger, startSpan, onFatal });
  stops.add(() => bus.close());
  const keysReplaced = bus.onNudge(subjects.nudge.keys, cipher.reload);
  stops.add(() => keysReplaced.stop());
  const storage = openMediaStorage(env);
  stops.add(() => storage.close());
  const app = await wireGateway({
    database,
    bus,
    networks: env.MULTIWA_NETWORKS,
    cipher,
    allowPrivateUrls: env.MULTIWA_ALLOW_PRIVATE_URLS,
    queueLimit: env.MULTIWA_QUEUE_LIMIT,
    lookupsPerDay: env.MULTIWA_LOOKUPS_PER_DAY,
    storage,
    links: makeMediaLinks({
      publicUrl: env.MULTIWA_PUBLIC_URL,
      cipher,
      hours: env.MULTIWA_MEDIA_LINK_HOURS,
    }),
    maxMediaBytes: env.MULTIWA_MEDIA_MAX_MB * MIB,
    ffmpeg: await findFfmpeg(env.MULTIWA_FFMPEG),
    nats: {
      servers: (env.MULTIWA_NATS_PUBLIC_URL ?? withoutLogin(env.NATS_URL)).split(','),
      usersFile: env.MULTIWA_NATS_USERS_FILE,
    },
    logger,
    stops,
  });
  const address = await app.listen({ host: env.HOST, port: env.PORT });
  logger.info({ address }, 'gateway listens');
  return { stop: () => stops.run() };
}

/** The login in it is our services' own. */
function withoutLogin(natsUrl: string): string {
  return natsUrl.replace(/\/\/[^@/,]*@/g, '//');
}

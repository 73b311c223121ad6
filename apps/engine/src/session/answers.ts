import type { Bus, Stoppable } from '@multiwa/bus';
import { CodedError } from '@multiwa/contracts';
import type { Connection, Engine } from '../engines/engine.js';
import type { ReceivedFiles } from '../media/received-files.js';
import { answerPeople } from './answer-people.js';
import type { Calls } from './calls.js';
import { answerChannels } from './channel-answers.js';
import { answerGroups } from './group-teller.js';
import { answerLive } from './live-answers.js';

interface Dependencies {
  bus: Pick<Bus, 'answer'>;
  profileId: string;
  engine: Engine;
  connection: Connection;
  calls: Calls;
  files: Pick<ReceivedFiles, 'again'>;
  /** Whether the number is logged in, and the connection has not ended since: else WhatsApp would answer nothing. */
  isOpen(): boolean;
}

/** Answers everything that is asked of a connection, for as long as it lasts. */
export function answerQuestions(dependencies: Dependencies): Stoppable {
  const { bus, profileId, engine, connection, calls, files, isOpen } = dependencies;
  const { capabilities } = engine;
  const answers = [
    bus.answer('pairing-code', profileId, async ({ phone }) => {
      if (!capabilities.includes('link.code')) throw new CodedError('not_supported_by_engine');
      const { code, expiresAt } = await connection.requestPairingCode(phone);
      return { code, expiresAt: expiresAt.toISOString() };
    }),
    answerPeople({ bus, profileId, capabilities, people: connection.people, isOpen }),
    bus.answer('refetch-media', profileId, async ({ mediaId }) => ({ known: await files.again(mediaId) })),
    answerGroups(bus, profileId, connection, isOpen),
    answerChannels(bus, profileId, connection, isOpen),
    answerLive({ bus, profileId, connection, calls, isOpen }),
  ];
  return {
    stop() {
      for (const answer of answers) answer.stop();
    },
  };
}

import type { SendingConnection } from '../outbound/command-runner.js';
import type { Vitals } from './vitals.js';

/** The connection, with what is sent through it counted among the signs of life. */
export function countedSends(
  connection: SendingConnection,
  vitals: Pick<Vitals, 'sending' | 'acked'>,
): SendingConnection {
  return {
    showTyping: (chat, state) => connection.showTyping(chat, state),
    prepare: (message) => connection.prepare(message),
    send(message) {
      vitals.sending += 1;
      const sent = connection.send(message);
      const ended = () => {
        vitals.sending -= 1;
      };
      sent
        .then(
          (outcome) => outcome.kind === 'sent' && vitals.acked(),
          () => undefined,
        )
        .finally(ended);
      return sent;
    },
  };
}

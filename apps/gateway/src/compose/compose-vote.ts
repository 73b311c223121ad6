import { CodedError, receivedContentSchema } from '@multiwa/contracts';
import type { Message } from '@multiwa/db';
import { validationFailed } from '../validation-failed.js';

type Poll = Pick<Message, 'content' | 'deletedAt' | 'fromMe' | 'status'>;

/**
 * A vote in a poll, with the poll's own secret, by which it is sealed. @throws CodedError `poll_not_votable`, and
 * `validation_failed` with a pointer to the option
 */
export function composeVote(message: Poll, options: string[]): { options: string[]; secret: string } {
  const poll = receivedContentSchema.safeParse(message.content).data;
  if (poll?.type !== 'POLL') throw refused('It is no poll.');
  if (message.deletedAt) throw refused('It was deleted.');
  if (message.fromMe && ['SCHEDULED', 'FAILED', 'CANCELLED'].includes(message.status)) {
    throw refused(`It is ${message.status}.`);
  }
  if (poll.secret === undefined) throw refused('It came without what votes are sealed with.');
  const unknown = options.findIndex((option) => !poll.options.includes(option));
  if (unknown >= 0) throw invalid(`#/options/${unknown}`, 'is no option of the poll');
  if (!poll.multiple && options.length > 1) throw invalid('#/options', 'must be one at most: the poll has one choice');
  return { options, secret: poll.secret };
}

function refused(why: string): CodedError {
  const code = 'poll_not_votable';
  return new CodedError(code, { detail: why, errors: [{ pointer: '#/messageId', code, message: why }] });
}

function invalid(pointer: string, message: string): CodedError {
  return validationFailed([{ pointer, code: 'invalid_value', message }]);
}

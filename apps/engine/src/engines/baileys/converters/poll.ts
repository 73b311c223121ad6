import type { OutboundOf, ReceivedContent } from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';
import type { ContextInfo } from './context.js';

/** The whole vote may be one option, or any number of them. */
const ONE = 1;
const ANY = 0;

/** Phones know polls with one choice by another field than those with several. */
export function pollToProto(content: OutboundOf<'POLL'>, contextInfo: ContextInfo): proto.IMessage {
  const { question, options, multiple } = content;
  const poll = {
    name: question,
    options: options.map((optionName) => ({ optionName })),
    selectableOptionsCount: multiple ? ANY : ONE,
    contextInfo,
  };
  return multiple ? { pollCreationMessage: poll } : { pollCreationMessageV3: poll };
}

export function pollFromProto(message: proto.IMessage): ReceivedContent | undefined {
  const { pollCreationMessage, pollCreationMessageV2, pollCreationMessageV3, messageContextInfo } = message;
  const poll = pollCreationMessageV3 ?? pollCreationMessageV2 ?? pollCreationMessage;
  if (!poll) return undefined;
  const secret = messageContextInfo?.messageSecret;
  return {
    type: 'POLL',
    question: poll.name ?? '',
    options: (poll.options ?? []).map(({ optionName }) => optionName ?? ''),
    multiple: (poll.selectableOptionsCount ?? ANY) !== ONE,
    ...(secret?.length && { secret: Buffer.from(secret).toString('base64') }),
  };
}

import { corruptNode, type FaultAction, withholdContent } from '../model/faults.js';
import { type BinaryNode, SERVER_NODE } from '../model/server-node.js';

/** What a rule may do to a connection. */
interface Target {
  readonly isOpen: boolean;
  write(node: BinaryNode): void;
  reset(): void;
  end(): void;
  endWithStreamError(attrs: { code: string }): void;
  halfOpen(): void;
}

/** Does to a node what a rule says; `handle` does what would have been done without the rule. */
export function applyFault(
  connection: Target,
  action: FaultAction,
  node: BinaryNode,
  handle: (node: BinaryNode) => void,
  fromClient = false,
): void {
  switch (action.do) {
    case 'delay':
      setTimeout(() => connection.isOpen && handle(node), action.delayMs).unref();
      break;
    case 'duplicate':
      for (let copy = 0; copy < action.copies; copy += 1) handle(node);
      break;
    case 'corrupt':
      handle(corruptNode(node));
      break;
    case 'withhold':
      handle(withholdContent(node, action.type));
      break;
    case 'error':
      if (fromClient) answerError(connection, node, action.code);
      break;
    case 'close':
      if (action.when === 'after') handle(node);
      closeAsTold(connection, action);
      break;
    case 'half-open':
      connection.halfOpen();
      break;
    default:
      break;
  }
}

function closeAsTold(connection: Target, action: Extract<FaultAction, { do: 'close' }>): void {
  const code = (action.code ?? 503).toString();
  if (action.how === 'reset') connection.reset();
  else if (action.how === 'end') connection.end();
  else if (action.how === 'stream-error') connection.endWithStreamError({ code });
  else {
    connection.write({ tag: 'failure', attrs: { reason: code } });
    connection.end();
  }
}

function answerError(connection: Target, node: BinaryNode, code: number): void {
  const { id = '', to } = node.attrs;
  if (node.tag === 'message') {
    connection.write({
      tag: 'ack',
      attrs: { class: 'message', id, ...(to ? { from: to } : {}), error: code.toString() },
    });
  } else if (node.tag === 'iq') {
    const error = { tag: 'error', attrs: { code: code.toString(), text: 'sandbox fault' } };
    connection.write({ tag: 'iq', attrs: { id, from: SERVER_NODE.jid, type: 'error' }, content: [error] });
  }
}

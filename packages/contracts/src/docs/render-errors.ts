import { type ErrorCode, errorCodes, errorTable } from '../errors.js';
import { code, generatedNotice, table } from './markdown.js';

/** docs/errors.md: every code of the API, from the error table. */
export function renderErrors(): string {
  const statuses = [...new Set(errorCodes.map((errorCode) => errorTable[errorCode].status))].sort((a, b) => a - b);
  return `${[
    '# Errors',
    generatedNotice,
    intro,
    table(
      ['Code', 'Status', 'What happened'],
      errorCodes.map((errorCode) => [
        `[\`${errorCode}\`](#${errorCode})`,
        String(errorTable[errorCode].status),
        errorTable[errorCode].sentence,
      ]),
    ),
    ...statuses.flatMap((status) => [
      `## ${status}`,
      ...errorCodes.filter((errorCode) => errorTable[errorCode].status === status).map(entry),
    ]),
  ].join('\n\n')}\n`;
}

const intro = `Every error is problem details (RFC 9457), \`application/problem+json\`: \`type\`, \`title\`, \`status\`, \`code\`, \`detail\`,
\`requestId\`, and for wrong fields \`errors\`, each with a JSON \`pointer\`, a \`code\` and a \`message\`. Decide by \`code\`: it does not change.
Show \`detail\` to people.`;

function entry(errorCode: ErrorCode): string {
  const { sentence, fix } = errorTable[errorCode];
  return `### ${code(errorCode)}\n\n${sentence}\n\n**What to do:** ${fix}`;
}

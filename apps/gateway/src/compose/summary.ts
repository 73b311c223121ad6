import type { QuotedContent } from '@multiwa/contracts';

/** What a quote shows of the message it answers: its text, caption or question. */
export function summaryOf(content: QuotedContent): string | null {
  if (content.type === 'TEXT') return content.text;
  if (content.type === 'POLL') return content.question;
  return 'caption' in content ? (content.caption ?? null) : null;
}

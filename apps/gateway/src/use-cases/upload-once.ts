import { createHash } from 'node:crypto';
import { CodedError, type MediaType } from '@multiwa/contracts';
import type { IdempotencyRepository } from '@multiwa/db';
import { newId } from '@multiwa/domain';

/** What makes two uploads under one key the same: the bytes, and what the file is called and meant for. */
export interface UploadedContent {
  sha256: string;
  fileName: string | null;
  type: MediaType | undefined;
}

export interface UploadClaim {
  /** Of the media: made before if `isDone`, else to be made under this id. */
  id: string;
  isDone: boolean;
  done(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Honours the Idempotency-Key of an upload, whose content is known only once it has come in. What is kept is the id: the answer
 * to a repetition shows the media as it is, with a link that opens.
 */
export function makeUploadOnce(records: IdempotencyRepository) {
  /** @throws CodedError `idempotency_key_reused`, `idempotency_in_progress` */
  return async function claimUpload(workspaceId: string, key: string, content: UploadedContent): Promise<UploadClaim> {
    const { sha256, fileName, type } = content;
    const text = JSON.stringify(['upload', sha256, fileName, type ?? null]);
    const record = { workspaceId, key, requestHash: createHash('sha256').update(text).digest('hex') };
    const reservation = await records.reserve(record, newId());
    if (reservation.outcome === 'in_progress') throw new CodedError('idempotency_in_progress');
    if (reservation.outcome === 'reused') throw new CodedError('idempotency_key_reused');
    const isDone = reservation.outcome === 'answered';
    const id = isDone ? (reservation.body as { id: string }).id : reservation.resourceId;
    return {
      id,
      isDone,
      done: () => records.answer(record, 201, { id }),
      release: () => records.release(record),
    };
  };
}
export type ClaimUpload = ReturnType<typeof makeUploadOnce>;

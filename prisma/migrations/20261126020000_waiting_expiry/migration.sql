-- Only what still waits can expire: a full index would keep every message that ever had a time.
-- DropIndex
DROP INDEX "Message_expiresAt_idx";

-- Partial, which the schema language cannot say and Prisma passes over.
CREATE INDEX "Message_waiting_expiresAt_idx" ON "Message"("expiresAt") WHERE "status" IN ('SCHEDULED', 'QUEUED');

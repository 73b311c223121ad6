-- AlterTable
ALTER TABLE "Broadcast" ADD COLUMN     "frozen" JSONB;

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "queuedAhead" INTEGER;

-- What waits of one profile, however much it has sent before. Prisma knows no partial indexes and leaves them alone.
CREATE INDEX "Message_queued_profileId_createdAt_idx" ON "Message"("profileId", "createdAt") WHERE "status" = 'QUEUED';

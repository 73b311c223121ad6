-- DropIndex
DROP INDEX "Message_status_createdAt_idx";

-- CreateIndex
CREATE INDEX "Message_status_sendAt_createdAt_idx" ON "Message"("status", "sendAt", "createdAt");

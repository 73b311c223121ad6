-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "begunAt" TIMESTAMP(3);

-- CreateIndex
CREATE INDEX "Message_expiresAt_idx" ON "Message"("expiresAt");

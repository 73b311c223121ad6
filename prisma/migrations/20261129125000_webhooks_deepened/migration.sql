-- AlterTable
ALTER TABLE "WebhookEndpoint" ADD COLUMN     "failingSince" TIMESTAMP(3),
ADD COLUMN     "headerNames" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "maxConcurrency" INTEGER NOT NULL DEFAULT 8,
ADD COLUMN     "ordered" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "previousSecretUntil" TIMESTAMP(3),
ADD COLUMN     "replayAfter" BIGINT,
ADD COLUMN     "replayUpTo" BIGINT;

-- AlterTable
ALTER TABLE "WebhookDelivery" ADD COLUMN     "chat" TEXT,
ADD COLUMN     "orderKey" TEXT,
ADD COLUMN     "sequence" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "WebhookDelivery_endpointId_orderKey_status_sequence_idx" ON "WebhookDelivery"("endpointId", "orderKey", "status", "sequence");

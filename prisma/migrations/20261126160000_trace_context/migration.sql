-- AlterTable
ALTER TABLE "Event" ADD COLUMN     "traceparent" TEXT;

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "traceparent" TEXT;

-- AlterTable
ALTER TABLE "WebhookDelivery" ADD COLUMN     "traceparent" TEXT;

-- AlterTable
ALTER TABLE "AutomationRun" ADD COLUMN     "traceparent" TEXT;

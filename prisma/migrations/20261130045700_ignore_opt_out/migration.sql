-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "ignoreOptOut" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Group" ADD COLUMN     "pictureAt" TIMESTAMP(3),
ADD COLUMN     "pictureId" TEXT;

-- Conversations with groups of before are called as the groups are.
UPDATE "Conversation" c SET "title" = g."subject" FROM "Group" g
WHERE g."profileId" = c."profileId" AND g."chat" = c."chat" AND c."title" IS DISTINCT FROM g."subject";

-- CreateEnum
CREATE TYPE "GroupKind" AS ENUM ('GROUP', 'COMMUNITY', 'ANNOUNCEMENTS');

-- CreateEnum
CREATE TYPE "GroupRole" AS ENUM ('MEMBER', 'ADMIN', 'OWNER');

-- CreateEnum
CREATE TYPE "GroupMemberAddMode" AS ENUM ('ADMINS', 'ALL');

-- CreateEnum
CREATE TYPE "GroupRequestState" AS ENUM ('REQUESTED', 'WITHDRAWN', 'REJECTED');

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "recipients" INTEGER;

-- AlterTable
ALTER TABLE "MessageReceipt" ADD COLUMN     "lid" TEXT,
ADD COLUMN     "phone" TEXT;

-- CreateTable
CREATE TABLE "Group" (
    "id" TEXT NOT NULL,
    "profileId" TEXT NOT NULL,
    "chat" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "description" TEXT,
    "kind" "GroupKind" NOT NULL,
    "communityChat" TEXT,
    "ownerPhone" TEXT,
    "ownerLid" TEXT,
    "announce" BOOLEAN NOT NULL,
    "locked" BOOLEAN NOT NULL,
    "joinApproval" BOOLEAN NOT NULL,
    "memberAddMode" "GroupMemberAddMode" NOT NULL,
    "ephemeralSeconds" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "role" "GroupRole",
    "groupCreatedAt" TIMESTAMP(3),
    "leftAt" TIMESTAMP(3),
    "generation" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GroupParticipant" (
    "profileId" TEXT NOT NULL,
    "chat" TEXT NOT NULL,
    "member" TEXT NOT NULL,
    "phone" TEXT,
    "lid" TEXT,
    "role" "GroupRole" NOT NULL,

    CONSTRAINT "GroupParticipant_pkey" PRIMARY KEY ("profileId","chat","member")
);

-- CreateTable
CREATE TABLE "GroupRequest" (
    "profileId" TEXT NOT NULL,
    "chat" TEXT NOT NULL,
    "member" TEXT NOT NULL,
    "state" "GroupRequestState" NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "GroupRequest_pkey" PRIMARY KEY ("profileId","chat","member")
);

-- CreateIndex
CREATE INDEX "Group_profileId_createdAt_id_idx" ON "Group"("profileId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Group_profileId_chat_key" ON "Group"("profileId", "chat");

-- AddForeignKey
ALTER TABLE "Group" ADD CONSTRAINT "Group_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GroupParticipant" ADD CONSTRAINT "GroupParticipant_profileId_chat_fkey" FOREIGN KEY ("profileId", "chat") REFERENCES "Group"("profileId", "chat") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GroupRequest" ADD CONSTRAINT "GroupRequest_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

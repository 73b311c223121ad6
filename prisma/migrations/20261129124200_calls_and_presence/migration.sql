-- CreateEnum
CREATE TYPE "CallStatus" AS ENUM ('RINGING', 'REJECTED', 'ANSWERED', 'MISSED');

-- CreateTable
CREATE TABLE "Call" (
    "id" TEXT NOT NULL,
    "workspaceId" TEXT NOT NULL,
    "profileId" TEXT NOT NULL,
    "waCallId" TEXT NOT NULL,
    "fromJid" TEXT NOT NULL,
    "chat" TEXT NOT NULL,
    "callerPhone" TEXT,
    "callerLid" TEXT,
    "contactId" TEXT,
    "video" BOOLEAN NOT NULL DEFAULT false,
    "isGroup" BOOLEAN NOT NULL DEFAULT false,
    "status" "CallStatus" NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Call_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PresenceSubscription" (
    "id" TEXT NOT NULL,
    "profileId" TEXT NOT NULL,
    "chat" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PresenceSubscription_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Call_profileId_waCallId_key" ON "Call"("profileId", "waCallId");

-- CreateIndex
CREATE INDEX "Call_profileId_createdAt_id_idx" ON "Call"("profileId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "PresenceSubscription_profileId_createdAt_id_idx" ON "PresenceSubscription"("profileId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "PresenceSubscription_profileId_chat_key" ON "PresenceSubscription"("profileId", "chat");

-- AddForeignKey
ALTER TABLE "Call" ADD CONSTRAINT "Call_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PresenceSubscription" ADD CONSTRAINT "PresenceSubscription_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

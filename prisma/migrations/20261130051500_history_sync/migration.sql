-- AlterEnum
ALTER TYPE "MessageOrigin" ADD VALUE 'HISTORY';

-- CreateTable
CREATE TABLE "HistorySync" (
    "profileId" TEXT NOT NULL,
    "link" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "phase" TEXT,
    "progress" INTEGER NOT NULL DEFAULT 0,
    "messages" INTEGER NOT NULL DEFAULT 0,
    "chats" INTEGER NOT NULL DEFAULT 0,
    "contacts" INTEGER NOT NULL DEFAULT 0,
    "failedChunks" INTEGER NOT NULL DEFAULT 0,
    "chunks" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "attempt" TEXT,
    "part" INTEGER NOT NULL DEFAULT 0,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completedAt" TIMESTAMP(3),

    CONSTRAINT "HistorySync_pkey" PRIMARY KEY ("profileId")
);

-- AddForeignKey
ALTER TABLE "HistorySync" ADD CONSTRAINT "HistorySync_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

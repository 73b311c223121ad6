-- CreateTable
CREATE TABLE "EarlyWord" (
    "profileId" TEXT NOT NULL,
    "targetId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "waMessageId" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EarlyWord_pkey" PRIMARY KEY ("profileId","targetId","kind","waMessageId")
);

-- CreateIndex
CREATE INDEX "EarlyWord_createdAt_idx" ON "EarlyWord"("createdAt");

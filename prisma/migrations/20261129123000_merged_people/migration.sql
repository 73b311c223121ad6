-- CreateTable
CREATE TABLE "MergedRow" (
    "id" TEXT NOT NULL,
    "profileId" TEXT NOT NULL,
    "intoId" TEXT NOT NULL,
    "was" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MergedRow_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "MergedRow_intoId_idx" ON "MergedRow"("intoId");

-- CreateIndex
CREATE INDEX "BroadcastRecipient_contactId_idx" ON "BroadcastRecipient"("contactId");

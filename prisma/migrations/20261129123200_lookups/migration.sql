-- CreateEnum
CREATE TYPE "LookupKind" AS ENUM ('NUMBER', 'ABOUT', 'PICTURE', 'BUSINESS');

-- CreateTable
CREATE TABLE "Lookup" (
    "profileId" TEXT NOT NULL,
    "kind" "LookupKind" NOT NULL,
    "key" TEXT NOT NULL,
    "answer" JSONB NOT NULL,
    "askedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Lookup_pkey" PRIMARY KEY ("profileId","kind","key")
);

-- CreateTable
CREATE TABLE "LookupBudget" (
    "profileId" TEXT NOT NULL,
    "day" TEXT NOT NULL,
    "used" INTEGER NOT NULL,

    CONSTRAINT "LookupBudget_pkey" PRIMARY KEY ("profileId")
);

-- CreateIndex
CREATE INDEX "Lookup_profileId_expiresAt_idx" ON "Lookup"("profileId", "expiresAt");

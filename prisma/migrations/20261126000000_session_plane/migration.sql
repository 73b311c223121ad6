-- AlterTable
ALTER TABLE "EngineWorker" ADD COLUMN     "admitting" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "drainRequested" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "rssMb" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "sessions" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "expiresAt" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "Profile" ADD COLUMN     "healthReason" TEXT,
ADD COLUMN     "proxyCiphertext" BYTEA,
ADD COLUMN     "proxyKeyId" TEXT,
ADD COLUMN     "proxyLabel" TEXT,
ADD COLUMN     "restriction" JSONB;

-- AlterTable
ALTER TABLE "SessionLease" ADD COLUMN     "offeredTo" TEXT,
ADD COLUMN     "offeredUntil" TIMESTAMP(3);

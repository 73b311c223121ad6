-- CreateEnum
CREATE TYPE "OptOutAction" AS ENUM ('ADDED', 'REMOVED');

-- AlterTable
ALTER TABLE "OptOut" ADD COLUMN     "lid" TEXT,
ALTER COLUMN "phone" DROP NOT NULL;

-- CreateTable
CREATE TABLE "OptOutChange" (
    "id" TEXT NOT NULL,
    "workspaceId" TEXT NOT NULL,
    "action" "OptOutAction" NOT NULL,
    "phone" TEXT,
    "lid" TEXT,
    "reason" TEXT,
    "apiKeyId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OptOutChange_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "OptOutChange_workspaceId_createdAt_id_idx" ON "OptOutChange"("workspaceId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "OptOut_workspaceId_createdAt_id_idx" ON "OptOut"("workspaceId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "OptOut_workspaceId_lid_key" ON "OptOut"("workspaceId", "lid");

-- AddForeignKey
ALTER TABLE "OptOutChange" ADD CONSTRAINT "OptOutChange_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

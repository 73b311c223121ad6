CREATE TYPE "MediaState" AS ENUM ('PENDING', 'READY', 'EXPIRED', 'FAILED');
CREATE TYPE "MediaOrigin" AS ENUM ('UPLOAD', 'URL', 'RECEIVED', 'CONVERTED');

CREATE TABLE "MediaObject" (
    "id" TEXT NOT NULL,
    "workspaceId" TEXT NOT NULL,
    "profileId" TEXT,
    "messageId" TEXT,
    "origin" "MediaOrigin" NOT NULL,
    "state" "MediaState" NOT NULL,
    "problem" TEXT,
    "mimeType" TEXT NOT NULL,
    "fileName" TEXT,
    "bytes" BIGINT,
    "sha256" TEXT,
    "width" INTEGER,
    "height" INTEGER,
    "seconds" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "readyAt" TIMESTAMP(3),

    CONSTRAINT "MediaObject_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "MediaObject_workspaceId_createdAt_id_idx" ON "MediaObject"("workspaceId", "createdAt", "id");
CREATE INDEX "MediaObject_messageId_idx" ON "MediaObject"("messageId");
CREATE INDEX "MediaObject_sha256_idx" ON "MediaObject"("sha256");
CREATE INDEX "MediaObject_state_readyAt_idx" ON "MediaObject"("state", "readyAt");

CREATE TABLE "MediaDownload" (
    "id" TEXT NOT NULL,
    "workspaceId" TEXT NOT NULL,
    "profileId" TEXT NOT NULL,
    "source" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMP(3),
    "askedAgain" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MediaDownload_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "MediaDownload_profileId_dueAt_idx" ON "MediaDownload"("profileId", "dueAt");

CREATE TABLE "MediaUpload" (
    "profileId" TEXT NOT NULL,
    "mediaType" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "uploaded" JSONB NOT NULL,
    "uploadedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MediaUpload_pkey" PRIMARY KEY ("profileId","mediaType","sha256")
);

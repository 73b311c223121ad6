-- What can be searched of a message, and whose it is: the workspace stands in it as a word of its own, so that the index
-- never reads what a common word means to all the others. Bounded, since a vector may not exceed a megabyte.
ALTER TABLE "Message" ADD COLUMN "searchText" tsvector GENERATED ALWAYS AS (
  array_to_tsvector(ARRAY["workspaceId"]) || to_tsvector('simple'::regconfig, left(
    coalesce("content"->>'text', '') || ' ' || coalesce("content"->>'caption', '') || ' ' ||
    coalesce("content"->>'question', '') || ' ' || coalesce("content"->>'name', '') || ' ' ||
    coalesce("content"->'media'->>'fileName', ''), 16384))
) STORED;

-- CreateIndex
CREATE INDEX "Message_searchText_idx" ON "Message" USING GIN ("searchText");

-- How long the chat shows "typing…" before the message leaves.
ALTER TABLE "Message" ADD COLUMN "typingMs" INTEGER;

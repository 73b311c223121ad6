-- Whether a contact has ever written: found at once, however much was written to them.
DROP INDEX "Message_contactId_idx";
CREATE INDEX "Message_contactId_fromMe_idx" ON "Message"("contactId", "fromMe");

-- Room in each page, so that marking a message as commanded and as begun touches no index.
ALTER TABLE "Message" SET (fillfactor = 75);

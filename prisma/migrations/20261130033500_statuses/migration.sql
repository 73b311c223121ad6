-- Statuses of others go after a day: found without a look at anything else.
CREATE INDEX "Message_received_statuses_idx" ON "Message"("timestamp") WHERE "chat" = 'status@broadcast' AND NOT "fromMe";

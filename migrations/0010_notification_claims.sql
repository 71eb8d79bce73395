-- Who is delivering a notification right now: what a dead worker had in hand is delivered by the next one at once.
ALTER TABLE notifications ADD COLUMN claimed_by UUID;

-- What one person approved for one client is found among any number of grants of either.
DROP INDEX grants_by_client;
CREATE INDEX grants_by_client ON grants (client_id, user_id, created_at);

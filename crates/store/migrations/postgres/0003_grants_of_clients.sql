-- A grant may be a client's own: nobody approved it, and nobody proved who they are.

ALTER TABLE grants ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE grants ALTER COLUMN authenticated_at DROP NOT NULL;

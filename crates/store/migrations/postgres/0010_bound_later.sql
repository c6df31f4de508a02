-- When a grant was bound to a key after it was made: until then its refresh tokens needed none.

ALTER TABLE grants ADD COLUMN bound_at BIGINT;

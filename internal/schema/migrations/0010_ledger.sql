-- +goose Up

-- Entries that the tree does not hold yet. A row comes with its entry, in the same transaction, and goes when the entry gets
-- its place: a transaction that commits late is never passed over.
CREATE TABLE entry_pending (
    entry_id TEXT PRIMARY KEY REFERENCES entry (id));
INSERT INTO entry_pending SELECT id FROM entry;

-- The place of each entry in the tree, from 0, without gaps.
CREATE TABLE ledger_leaf (
    place BIGINT PRIMARY KEY,
    entry_id TEXT NOT NULL UNIQUE REFERENCES entry (id));

-- Hash tiles (C2SP tlog-tiles), the one at the right edge of each level not full.
CREATE TABLE ledger_tile (
    level BIGINT NOT NULL,
    n BIGINT NOT NULL,
    hashes ${BLOB} NOT NULL,
    PRIMARY KEY (level, n));

-- The one row, made with the first growth, is held by who appends to the tree: there is one leader at a time, and it has no
-- other lease.
CREATE TABLE ledger_tree (
    id BIGINT PRIMARY KEY, -- 1
    size BIGINT NOT NULL,
    root ${BLOB} NOT NULL,
    at BIGINT NOT NULL); -- real time of the last growth

-- Signed checkpoints that were given out.
CREATE TABLE ledger_checkpoint (
    size BIGINT PRIMARY KEY,
    at BIGINT NOT NULL, -- real time
    note ${BLOB} NOT NULL);

-- Keys of the log, newest in force. A change of key is an entry.
CREATE TABLE ledger_key (
    id TEXT PRIMARY KEY,
    public TEXT NOT NULL, -- "name+hash+base64", as signed notes have it
    secret ${BLOB} NOT NULL, -- sealed under the installation's key
    from_at BIGINT NOT NULL); -- real time

-- +goose Up

-- Witnesses: keys of the firm or the provider, on machines of their own, that cosign the checkpoints of the log.
CREATE TABLE witness (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES org (id),
    name TEXT NOT NULL, -- of the key
    public TEXT NOT NULL, -- the key, as signed notes have it
    made_by TEXT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL); -- 0 while it serves
CREATE UNIQUE INDEX witness_name ON witness (name);

CREATE TABLE cosignature (
    witness_id TEXT NOT NULL REFERENCES witness (id),
    size BIGINT NOT NULL REFERENCES ledger_checkpoint (size),
    at BIGINT NOT NULL, -- by the witness's clock
    came_at BIGINT NOT NULL, -- by ours
    line TEXT NOT NULL,
    PRIMARY KEY (witness_id, size));

-- What a witness refused: a checkpoint that does not follow from what it saw.
CREATE TABLE witness_refusal (
    id TEXT PRIMARY KEY,
    witness_id TEXT NOT NULL REFERENCES witness (id),
    at BIGINT NOT NULL,
    says TEXT NOT NULL);
CREATE INDEX witness_refusal_witness ON witness_refusal (witness_id, at);

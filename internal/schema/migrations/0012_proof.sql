-- +goose Up

-- A key of the log signs beside its successor, for those who know the old one only, until the change after; then its secret goes.
ALTER TABLE ledger_key ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0; -- real time; 0 while it signs

-- The compliance officers are told once of each silence of a witness.
ALTER TABLE witness ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0; -- real time; 0 for never

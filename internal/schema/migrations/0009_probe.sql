-- +goose Up

-- A walk over every route of the program that looks for what residency keeps in the country.
CREATE TABLE probe (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    state TEXT NOT NULL, -- planned, walking, ended
    made_by TEXT NOT NULL, -- '' for the nightly one
    at BIGINT NOT NULL, -- asked for, or planned for
    ended_at BIGINT NOT NULL,
    draw BIGINT NOT NULL, -- documents to draw
    done BIGINT NOT NULL, -- requests
    planned BIGINT NOT NULL, -- requests in all; 0 until that is known
    report ${BLOB} NOT NULL); -- sealed under the firm's key; empty until it has ended
CREATE INDEX probe_firm ON probe (firm_id, at);

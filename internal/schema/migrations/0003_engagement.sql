-- +goose Up

CREATE TABLE engagement (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    provider_id TEXT NOT NULL REFERENCES org (id),
    name TEXT NOT NULL,
    phase TEXT NOT NULL, -- evaluation, pilot, active, suspended, ended
    country TEXT NOT NULL, -- where the work is done, ISO 3166-1 alpha-2
    begun_on TEXT NOT NULL,
    rev BIGINT NOT NULL,
    made_at BIGINT NOT NULL);
CREATE INDEX engagement_firm ON engagement (firm_id);
CREATE INDEX engagement_provider ON engagement (provider_id);

-- Agreements on file for an engagement: NDA, BAA, DPA.
CREATE TABLE agreement (
    id TEXT PRIMARY KEY,
    engagement_id TEXT NOT NULL REFERENCES engagement (id),
    kind TEXT NOT NULL, -- nda, baa, dpa
    signed_on TEXT NOT NULL,
    expires_on TEXT NOT NULL, -- '' when it does not
    note TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    withdrawn_at BIGINT NOT NULL);
CREATE INDEX agreement_engagement ON agreement (engagement_id);

-- +goose Up

CREATE TABLE document (
    id TEXT PRIMARY KEY,
    matter_id TEXT NOT NULL REFERENCES matter (id),
    task_id TEXT NOT NULL, -- the task it is work product of; '' for the matter's own documents
    kind TEXT NOT NULL, -- source, work, template, evidence
    name TEXT NOT NULL,
    folder TEXT NOT NULL, -- "Pleadings/Orders"; '' at the top
    state TEXT NOT NULL, -- active, quarantined
    current_n BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX document_matter ON document (matter_id, kind, name);
CREATE INDEX document_task ON document (task_id);

-- Immutable. The bytes are a sealed blob, read under the matter's key.
CREATE TABLE version (
    id TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    n BIGINT NOT NULL,
    blob TEXT NOT NULL,
    name TEXT NOT NULL, -- file name as it was uploaded
    size_bytes BIGINT NOT NULL,
    sha256 ${BLOB} NOT NULL, -- sealed under the matter's key
    same ${BLOB} NOT NULL, -- keyed hash within the matter: equal for equal bytes
    media_type TEXT NOT NULL, -- what the bytes are, not what the name says
    author_id TEXT NOT NULL REFERENCES person (id),
    org_id TEXT NOT NULL,
    stage TEXT NOT NULL, -- key of the task's stage in which it was made; '' outside a task
    reason TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (document_id, n));
CREATE INDEX version_same ON version (matter_id, same);

-- Blobs that were stored and whose row never came: swept by a job.
CREATE TABLE blob_pending (
    blob TEXT PRIMARY KEY,
    at BIGINT NOT NULL);

CREATE TABLE quarantine (
    id TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    cause TEXT NOT NULL, -- wrong matter, clawback
    reason ${BLOB} NOT NULL, -- sealed
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    lifted_by TEXT NOT NULL,
    lifted_at BIGINT NOT NULL);
CREATE INDEX quarantine_document ON quarantine (document_id);

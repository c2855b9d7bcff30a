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

-- Where documents may not go: what stands here is seen outside the firm's country as marked pages only. A rule of any
-- level holds; none can loosen another.
CREATE TABLE residency (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    scope TEXT NOT NULL, -- engagement, matter, folder, document
    scope_id TEXT NOT NULL, -- of the engagement, the matter (a folder's too) or the document
    folder TEXT NOT NULL, -- '' unless the scope is a folder
    covers TEXT NOT NULL, -- source, work
    networks TEXT NOT NULL, -- from which it is seen by people of a provider: "203.0.113.0/24 2001:db8::/32"; '' from all
    from_minute BIGINT NOT NULL, -- hours in which it is seen, by the provider's clock, in minutes of the day;
    until_minute BIGINT NOT NULL, -- exclusive; the same: the whole day
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    lifted_by TEXT NOT NULL,
    lifted_at BIGINT NOT NULL); -- 0 while it stands
CREATE INDEX residency_scope ON residency (scope_id, lifted_at);

-- The password of a locked file, for whoever may read the version.
CREATE TABLE version_password (
    version_id TEXT PRIMARY KEY REFERENCES version (id),
    sealed ${BLOB} NOT NULL,
    set_by TEXT NOT NULL REFERENCES person (id),
    set_at BIGINT NOT NULL);

-- Every page that was sent to a reader, written before it was sent.
CREATE TABLE page_seen (
    version_id TEXT NOT NULL REFERENCES version (id),
    inside TEXT NOT NULL, -- "1.3": the third file of the first one inside; '' for the file itself
    page BIGINT NOT NULL, -- from 1
    person_id TEXT NOT NULL REFERENCES person (id),
    session_id TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES document (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    org_id TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL, -- it was sent
    shown_ms BIGINT NOT NULL, -- on screen, by what the browser said
    told BIGINT NOT NULL, -- of times: those that have their entry
    PRIMARY KEY (version_id, inside, page, person_id, session_id));
CREATE INDEX page_seen_document ON page_seen (document_id, last_at);
CREATE INDEX page_seen_person ON page_seen (person_id, last_at);
CREATE INDEX page_seen_untold ON page_seen (version_id) WHERE told < times;

-- +goose Up

-- A playbook is a firm's own procedure for one task type. Its versions are immutable.
CREATE TABLE playbook (
    id TEXT PRIMARY KEY,
    firm_id TEXT NOT NULL REFERENCES org (id),
    code TEXT NOT NULL, -- task type: "LI-03" of the catalogue, or the firm's own
    name TEXT NOT NULL,
    practice_area TEXT NOT NULL,
    current_n BIGINT NOT NULL, -- the released version; 0 while only a draft exists
    retired_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    UNIQUE (firm_id, code));

CREATE TABLE playbook_version (
    playbook_id TEXT NOT NULL REFERENCES playbook (id),
    n BIGINT NOT NULL,
    state TEXT NOT NULL, -- draft, released
    offshore TEXT NOT NULL, -- yes, conditional, no (attorney only)
    turnaround_hours BIGINT NOT NULL, -- standard, business hours
    rush_hours BIGINT NOT NULL,
    stages TEXT NOT NULL, -- JSON: [{"key","name","kind","role","blind_percent"}]; kind: draft, review, acceptance
    body ${BLOB} NOT NULL, -- sealed JSON: steps, checklists, conditions, deliverable, template text, common defects
    template_version_id TEXT NOT NULL, -- the template's document version; '' when there is none
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    released_by TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    note TEXT NOT NULL, -- what changed, in one line
    rev BIGINT NOT NULL,
    PRIMARY KEY (playbook_id, n));

-- The firm's defect taxonomy; a used code is retired, never deleted.
CREATE TABLE defect (
    firm_id TEXT NOT NULL REFERENCES org (id),
    code TEXT NOT NULL, -- "D-C1"
    severity TEXT NOT NULL, -- critical, major, minor
    name TEXT NOT NULL,
    examples TEXT NOT NULL,
    points BIGINT NOT NULL,
    retired_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (firm_id, code));

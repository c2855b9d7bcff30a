-- +goose Up

CREATE TABLE task (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL, -- "T-2094", counted per firm
    firm_id TEXT NOT NULL REFERENCES org (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    engagement_id TEXT NOT NULL REFERENCES engagement (id),
    provider_id TEXT NOT NULL REFERENCES org (id),
    playbook_id TEXT NOT NULL REFERENCES playbook (id),
    playbook_n BIGINT NOT NULL, -- pinned: a new version never changes work begun
    code TEXT NOT NULL, -- task type
    title TEXT NOT NULL,
    instructions ${BLOB} NOT NULL, -- sealed
    acceptance ${BLOB} NOT NULL, -- sealed: acceptance criteria, one a line
    state TEXT NOT NULL, -- preparing, open, declined, paused, recalled, cancelled, delivered
    stage BIGINT NOT NULL, -- index into the pinned version's stages
    stage_key TEXT NOT NULL, -- key of that stage, for boards
    stages BIGINT NOT NULL, -- how many the pinned version has
    returned BOOLEAN NOT NULL, -- the draft stage is open because a reviewer returned it
    return_stage BIGINT NOT NULL, -- review stage to which the resubmission goes after a return; 0 when there was none
    author_id TEXT NOT NULL, -- who drafts; '' until someone takes it
    holder_id TEXT NOT NULL, -- with whom it is now; '' in a queue
    supervisor_id TEXT NOT NULL REFERENCES person (id),
    rush BOOLEAN NOT NULL,
    due_at BIGINT NOT NULL,
    cycle BIGINT NOT NULL, -- submissions of the draft so far
    reason ${BLOB} NOT NULL, -- sealed: why it is paused, declined, recalled or cancelled
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    released_by TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    complete_at BIGINT NOT NULL, -- when the package last became complete
    stage_at BIGINT NOT NULL, -- when the open stage began
    delivered_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    UNIQUE (firm_id, number));
CREATE INDEX task_matter ON task (matter_id, state, due_at);
-- What lists and their counts ask of work that is not over, and of work that is: they read the rows of what they show,
-- no others. A query that is to use the first repeats its condition word for word.
CREATE INDEX task_live ON task (matter_id, due_at, state, rush, holder_id, provider_id, firm_id, stage_key, playbook_id, playbook_n, id)
    WHERE state IN ('preparing', 'open', 'declined', 'paused', 'recalled');
CREATE INDEX task_held ON task (matter_id, made_by, released_by, supervisor_id, state, firm_id, rush, due_at, id)
    WHERE state IN ('preparing', 'declined', 'recalled');
CREATE INDEX task_news ON task (matter_id, state, delivered_at, id, stage_key, firm_id);
CREATE INDEX task_holder ON task (holder_id, state, due_at);
CREATE INDEX task_provider ON task (provider_id, state, due_at);
CREATE INDEX task_supervisor ON task (supervisor_id, state, due_at);

CREATE TABLE task_document (
    task_id TEXT NOT NULL REFERENCES task (id),
    document_id TEXT NOT NULL REFERENCES document (id),
    PRIMARY KEY (task_id, document_id));

-- Who reviews at which stage. A person appears once per task: separation of duties.
CREATE TABLE task_reviewer (
    task_id TEXT NOT NULL REFERENCES task (id),
    stage BIGINT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (task_id, stage));

-- What a lead named as missing when declining a package.
CREATE TABLE missing_item (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id),
    text ${BLOB} NOT NULL, -- sealed
    named_by TEXT NOT NULL,
    named_at BIGINT NOT NULL,
    supplied_at BIGINT NOT NULL);
CREATE INDEX missing_item_task ON missing_item (task_id);

CREATE TABLE task_check (
    task_id TEXT NOT NULL REFERENCES task (id),
    stage_key TEXT NOT NULL,
    item BIGINT NOT NULL,
    checked_by TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, stage_key, item));

CREATE TABLE submission (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id),
    n BIGINT NOT NULL,
    stage BIGINT NOT NULL, -- stage in which it was handed in
    author_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    note ${BLOB} NOT NULL, -- sealed: what changed
    UNIQUE (task_id, n));

-- The manifest: exact versions, in order.
CREATE TABLE submission_file (
    submission_id TEXT NOT NULL REFERENCES submission (id),
    place BIGINT NOT NULL,
    document_id TEXT NOT NULL REFERENCES document (id),
    version_id TEXT NOT NULL REFERENCES version (id),
    PRIMARY KEY (submission_id, place));

CREATE TABLE review (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id),
    submission_id TEXT NOT NULL REFERENCES submission (id),
    stage BIGINT NOT NULL,
    reviewer_id TEXT NOT NULL REFERENCES person (id),
    verdict TEXT NOT NULL, -- '' while open, approved, returned
    blind BOOLEAN NOT NULL, -- others' findings are shown only after handing in
    note ${BLOB} NOT NULL, -- sealed
    opened_at BIGINT NOT NULL,
    handed_at BIGINT NOT NULL);
CREATE INDEX review_task ON review (task_id, opened_at);
CREATE INDEX review_submission ON review (submission_id, handed_at);

CREATE TABLE finding (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id),
    review_id TEXT NOT NULL REFERENCES review (id),
    number BIGINT NOT NULL, -- 1, 2, 3 … within the task
    severity TEXT NOT NULL, -- critical, major, minor
    code TEXT NOT NULL, -- of the firm's taxonomy
    version_id TEXT NOT NULL REFERENCES version (id),
    page BIGINT NOT NULL, -- 0: no page
    line BIGINT NOT NULL, -- 0: no line
    area TEXT NOT NULL, -- "0.1,0.25,0.3,0.02": x, y, width and height of a rectangle in parts of the page; '' for none
    quote ${BLOB} NOT NULL, -- sealed: the words it stands at
    text ${BLOB} NOT NULL, -- sealed
    state TEXT NOT NULL, -- open, fixed, disputed, accepted (reviewer agrees it is settled), withdrawn
    answer ${BLOB} NOT NULL, -- sealed: the drafter's
    answered_by TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    raised_by TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX finding_task ON finding (task_id, state, number);

CREATE TABLE sign_off (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id),
    submission_id TEXT NOT NULL REFERENCES submission (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    own_edits BOOLEAN NOT NULL, -- accepted with the attorney's own edits
    manifest ${BLOB} NOT NULL, -- SHA-256 over the manifest's file hashes, sealed
    at BIGINT NOT NULL,
    voided_at BIGINT NOT NULL,
    void_reason TEXT NOT NULL);
CREATE INDEX sign_off_task ON sign_off (task_id, at);

CREATE TABLE sign_off_file (
    sign_off_id TEXT NOT NULL REFERENCES sign_off (id),
    place BIGINT NOT NULL,
    version_id TEXT NOT NULL REFERENCES version (id),
    sha256 ${BLOB} NOT NULL, -- sealed
    PRIMARY KEY (sign_off_id, place));

CREATE TABLE question (
    id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id),
    matter_id TEXT NOT NULL REFERENCES matter (id),
    asker_id TEXT NOT NULL REFERENCES person (id),
    text ${BLOB} NOT NULL, -- sealed
    proposed ${BLOB} NOT NULL, -- sealed: the default
    version_id TEXT NOT NULL, -- of the document it is about; '' for none
    page BIGINT NOT NULL, -- 0: no page
    area TEXT NOT NULL, -- rectangle of the page, as a finding's; '' for none
    silence_at BIGINT NOT NULL, -- from then on silence means yes
    state TEXT NOT NULL, -- open, answered, assumed, withdrawn
    answer ${BLOB} NOT NULL, -- sealed
    answered_by TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    rev BIGINT NOT NULL);
CREATE INDEX question_task ON question (task_id, state);
CREATE INDEX question_due ON question (state, silence_at);
CREATE INDEX question_matter ON question (matter_id, state);

-- What a person last saw of a task: reviews open on what changed since.
CREATE TABLE task_look (
    task_id TEXT NOT NULL REFERENCES task (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    submission_n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (task_id, person_id));

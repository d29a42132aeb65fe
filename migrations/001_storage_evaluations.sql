-- The storage module. It owns this schema; nothing outside refers into it, and it refers to nothing outside.
create schema storage;

-- One sequence numbers every accepted change of every evaluation. An evaluation's seq is the position of its first
-- change, so "newest first" and the order of the timeline are the same order. Writers take an advisory lock before they
-- draw from it, so positions become visible in order and a reader that remembers the last one misses none.
create sequence storage.timeline_position;

-- What never changes after the submission. Insert-only, so its many indexes are written once for each evaluation.
create table storage.evaluation (
    seq          bigint      primary key,
    created_at   timestamptz not null,
    priority     smallint    not null check (priority between 0 and 10),
    id           text        not null check (id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'),
    submitter    text        not null,
    language     text        not null,
    engine       text        not null,
    queue        text        not null,
    code_preview text        not null,
    tags         jsonb       not null check (jsonb_typeof(tags) = 'object'),
    trace_id     text
);
create unique index evaluation_id on storage.evaluation (id);
-- Each filter of the list with a value that few rows have needs its own way to the newest matches. All but tags end in
-- seq, so a page is read in order and stops when it is full.
create index evaluation_submitter on storage.evaluation (submitter, seq);
create index evaluation_language on storage.evaluation (language, seq);
create index evaluation_engine on storage.evaluation (engine, seq);
create index evaluation_priority on storage.evaluation (priority, seq);
create index evaluation_created_at on storage.evaluation (created_at);
create index evaluation_tags on storage.evaluation using gin (tags jsonb_path_ops) where tags <> '{}';

-- The whole submission as JSON text (ASCII, so that NUL and lone surrogates survive as escapes; jsonb cannot hold them).
-- Apart from the row above so that lists never read past code.
create table storage.submission (
    seq  bigint primary key,
    body text   not null
);

-- What changes while an evaluation goes through its states.
create table storage.progress (
    seq           bigint      primary key,
    queued_at     timestamptz not null,
    started_at    timestamptz,
    completed_at  timestamptz,
    queue_wait_ms bigint      check (queue_wait_ms >= 0),
    runtime_ms    bigint      check (runtime_ms >= 0),
    attempt       integer     not null check (attempt >= 0),
    exit_code     integer,
    signal        integer,
    id            text        not null,
    status        text        not null,
    -- What lists filter by: provisioning and running share a phase, so the change between them touches no index and
    -- stays on its page (HOT); the few rows of the phase 'active' are told apart by their status.
    phase         text        not null,
    reason        text,
    worker_id     text,
    check (phase = case status when 'provisioning' then 'active' when 'running' then 'active' else status end),
    check (status in ('queued', 'provisioning', 'running', 'completed', 'failed', 'timeout', 'cancelled')),
    -- A terminal record is whole: it has its time and its reason, and no other record has either.
    check ((completed_at is not null) = (status in ('completed', 'failed', 'timeout', 'cancelled'))),
    check ((reason is not null) = (completed_at is not null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index progress_phase on storage.progress (phase, seq);
-- Small whatever the history: only what is not terminal is in it.
create index progress_unfinished on storage.progress (id) where phase in ('queued', 'active');

-- How a terminal evaluation ended: the outcome as JSON text without its bytes, and the head of each stream. Insert-only.
create table storage.result (
    seq               bigint  primary key,
    stdout_size       bigint  not null check (stdout_size >= 0),
    stderr_size       bigint  not null check (stderr_size >= 0),
    compile_size      bigint  not null check (compile_size >= 0),
    stdout_truncated  boolean not null,
    stderr_truncated  boolean not null,
    compile_truncated boolean not null,
    outcome           text    not null,
    stdout_ref        text,
    stderr_ref        text,
    compile_ref       text,
    stdout            bytea   not null,
    stderr            bytea   not null,
    compile           bytea   not null
);

-- Every accepted change of status, in order. Insert-only.
create table storage.timeline (
    position       bigint      primary key,
    evaluation_seq bigint      not null,
    at             timestamptz not null,
    runtime_ms     bigint,
    attempt        integer     not null,
    exit_code      integer,
    from_status    text,
    to_status      text        not null,
    actor          text        not null,
    reason         text,
    detail         text,
    check ((from_status is null) = (position = evaluation_seq))
);
create index timeline_evaluation on storage.timeline (evaluation_seq, position);

-- Requests that were answered, so that the same request again gets the same answer.
create table storage.idempotency (
    submitter  text        not null,
    key        text        not null check (length(key) between 1 and 128),
    body_hash  text        not null,
    ids        text[]      not null,
    created_at timestamptz not null,
    primary key (submitter, key)
);
create index idempotency_created_at on storage.idempotency (created_at);

-- Statistics are read from here, so that they cost the same over a million evaluations as over a thousand. One row for
-- each combination that occurred in an hour of creation; written in the transaction of the change that it counts.
-- A count has no CHECK against less than 0, because the row proposed to an upsert may hold a difference.
create table storage.tally (
    hour       timestamptz not null,
    language   text        not null,
    engine     text        not null,
    status     text        not null,
    reason     text        not null, -- '' until there is one: a key column cannot be null
    n          bigint      not null,
    runtime_n  bigint      not null,
    runtime_ms bigint      not null,
    wait_n     bigint      not null,
    wait_ms    bigint      not null,
    primary key (hour, language, engine, status, reason)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Run times by hour of creation in buckets that grow by a twelfth of an octave: a percentile read from them is within
-- 3 % of the true one.
create table storage.runtime_histogram (
    hour   timestamptz not null,
    bucket smallint    not null,
    n      bigint      not null,
    primary key (hour, bucket)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

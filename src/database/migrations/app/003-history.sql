-- What was written, row by row, in the transaction that wrote it; nothing here is ever changed.
-- Values are text where JSON numbers would lose digits (decimal, bigint); secret fields are left out.
create table _audit (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  at timestamptz(3) not null default now(),
  entity text not null,
  record_id text not null,
  version integer not null,
  action text not null check (action in ('create', 'update', 'delete', 'restore', 'purge')),
  old jsonb,
  new jsonb,
  changed text[] not null,
  actor text not null,
  user_id text,
  request_id text not null
);
create index _audit_record on _audit (entity, record_id, id);

-- What others shall learn of what was written. A row is an event; whoever takes it comes after the commit.
create table _outbox (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  at timestamptz(3) not null default now(),
  kind text not null check (kind in ('record', 'event', 'webhook')),
  entity text not null,
  record_id text not null,
  version integer not null,
  payload jsonb not null,
  actor text not null,
  user_id text,
  request_id text not null,
  cause bigint,
  hops smallint not null default 0
);

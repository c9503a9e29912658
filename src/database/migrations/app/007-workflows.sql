-- The workflows, in the order in which they were defined.
create table _workflows (
  name text primary key,
  position integer generated always as identity,
  definition jsonb not null,
  changed_at timestamptz(3) not null default now()
);

-- The runs of workflows. One keeps the definition that it began with; nobody who works on one lets others see half of it,
-- because whoever changes an instance or its steps holds its row.
create table _workflow_instances (
  id uuid primary key default gen_random_uuid(),
  number bigint generated always as identity,
  workflow text not null,
  definition jsonb not null,
  state text not null default 'running' check (state in ('running', 'completed', 'failed', 'cancelled')),
  entity text,
  record_id text,
  trigger jsonb not null,
  context jsonb,
  -- When the next step is to be taken; null when nothing but a decision, an event or an administrator leads on.
  due_at timestamptz(3),
  version integer not null default 1,
  steps integer not null default 0,
  attempts integer not null default 0,
  error text,
  user_id text,
  request_id text not null,
  hops smallint not null,
  started_at timestamptz(3) not null default now(),
  ended_at timestamptz(3)
);
create index _workflow_instances_due on _workflow_instances (due_at) where due_at is not null;
create index _workflow_instances_record on _workflow_instances (entity, record_id);
create index _workflow_instances_number on _workflow_instances (number);

-- The steps that instances have come to: those they are at, and those behind them. A branch has the parallel step as its parent.
create table _workflow_steps (
  id uuid primary key default gen_random_uuid(),
  number bigint generated always as identity,
  instance_id uuid not null references _workflow_instances (id) on delete cascade,
  parent_id uuid references _workflow_steps (id) on delete cascade,
  step text not null,
  kind text not null,
  state text not null check (state in ('ready', 'waiting', 'done', 'cancelled')),
  due_at timestamptz(3),
  event text,
  about_any boolean not null default false,
  decider_kind text check (decider_kind in ('user', 'role')),
  decider text,
  four_eyes boolean not null default false,
  outcome text,
  comment text,
  decided_by text,
  started_at timestamptz(3) not null default now(),
  ended_at timestamptz(3)
);
create index _workflow_steps_instance on _workflow_steps (instance_id, number);
create index _workflow_steps_open on _workflow_steps (number) where state = 'waiting' and kind = 'approval';
create index _workflow_steps_event on _workflow_steps (event) where state = 'waiting' and event is not null;

-- What happened to instances, in order; nothing here is ever changed.
create table _workflow_history (
  id bigint generated always as identity primary key,
  instance_id uuid not null references _workflow_instances (id) on delete cascade,
  at timestamptz(3) not null default clock_timestamp(),
  step text,
  what text not null,
  message text,
  actor text not null,
  user_id text
);
create index _workflow_history_instance on _workflow_history (instance_id, id);

-- What waiting instances are to hear of: events, and records that were deleted. Who writes holds records and would wait for
-- instances in a circle, so the writer leaves a note here, and whoever takes it away passes it on.
create table _workflow_signals (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('event', 'deleted')),
  event text,
  entity text not null,
  record_id text not null
);

-- When the schedules that start workflows are due next.
create table _workflow_schedules (
  workflow text primary key,
  cron text not null,
  time_zone text not null,
  due_at timestamptz(3)
);

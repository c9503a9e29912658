-- The webhooks of the entities, in the order in which they were defined.
create table _webhooks (
  id uuid primary key default gen_random_uuid(),
  entity text not null,
  position integer generated always as identity,
  definition jsonb not null,
  changed_at timestamptz(3) not null default now()
);

-- What is known of those who are sent messages: a webhook by its id, the receiver of an action by its address.
-- A secret is made of the server's secret, the name and the generation, and stands nowhere. No row: the first generation.
create table _webhook_endpoints (
  endpoint text primary key,
  generation integer not null default 1,
  previous_until timestamptz(3),
  disabled_at timestamptz(3)
);

-- Which async webhooks an event is for, by the edition that wrote it; who caused it; and when it became deliveries.
alter table _outbox
  add column hooks text[],
  add column revision integer,
  add column viewer jsonb,
  add column taken_at timestamptz(3);
create index _outbox_waiting on _outbox (transaction, id)
  where taken_at is null and (hooks is not null or kind = 'webhook');

-- What is below can be handed out in its order: no transaction that is still running in this database began before it.
-- Transactions of other databases are in every snapshot, and hold nothing up here.
create function _outbox_horizon() returns xid8 language sql stable as $$
  select coalesce(
    (select x from pg_snapshot_xip(pg_current_snapshot()) x
      where not exists (
        select from pg_stat_activity a where a.backend_xid = x::xid and a.datname <> current_database())
      order by x limit 1),
    pg_snapshot_xmax(pg_current_snapshot()))
$$;

-- One message to one endpoint; `sealed` is what the body has a place for, and only the receiver may read. `due_at` is when it may be claimed next: who claims it moves it on by the lease.
create table _deliveries (
  position bigint generated always as identity primary key,
  id uuid not null unique,
  event bigint not null,
  endpoint text not null,
  webhook text,
  target jsonb,
  entity text not null,
  record_id text not null,
  action text not null,
  body text not null,
  sealed text,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead')),
  attempts integer not null default 0,
  due_at timestamptz not null default now(),
  lease uuid,
  created_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  status integer,
  error text,
  unique (event, endpoint)
);
create index _deliveries_due on _deliveries (endpoint, due_at, position) where state = 'waiting';
create index _deliveries_record on _deliveries (entity, record_id, position);
create index _deliveries_finished on _deliveries (finished_at) where state <> 'waiting';

-- What came of every try; values of the server's variables are blotted out in the reply.
create table _delivery_attempts (
  id bigint generated always as identity primary key,
  delivery uuid not null references _deliveries (id) on delete cascade,
  at timestamptz(3) not null default now(),
  milliseconds integer not null,
  status integer,
  error text,
  reply text
);
create index _delivery_attempts_at on _delivery_attempts using brin (at);
create index _delivery_attempts_delivery on _delivery_attempts (delivery, id);

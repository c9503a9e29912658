-- The rules of the entities. Those of one entity and priority are asked in the order of their positions.
create table _rules (
  id uuid primary key default gen_random_uuid(),
  entity text not null,
  position integer generated always as identity,
  definition jsonb not null,
  changed_at timestamptz(3) not null default now()
);

-- The state machines, each of one field; at most one per entity is active.
create table _state_machines (
  entity text not null,
  field text not null,
  position integer generated always as identity,
  definition jsonb not null,
  changed_at timestamptz(3) not null default now(),
  primary key (entity, field)
);

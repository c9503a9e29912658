-- The permissions (policies): what roles may do with the records of the entities, in the order in which they were defined.
create table _permissions (
  id uuid primary key default gen_random_uuid(),
  entity text not null,
  position integer generated always as identity,
  definition jsonb not null,
  changed_at timestamptz(3) not null default now()
);

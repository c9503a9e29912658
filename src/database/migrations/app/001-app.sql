-- The people who use the app. Permissions may refer to their roles and attributes; without a hash they cannot log in by password.
create table _users (
  id uuid primary key default gen_random_uuid(),
  email text not null,
  display_name text,
  password_hash text,
  roles text[] not null default '{}',
  attributes jsonb not null default '{}',
  active boolean not null default true,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);
create unique index _users_email on _users (lower(email));

-- How often the definitions below have changed. Its one row is locked by whoever changes them.
create table _metadata (
  "only" boolean primary key default true check ("only"),
  revision integer not null default 0,
  changed_at timestamptz(3) not null default now()
);
insert into _metadata default values;

-- The entities of the app, in the order in which they were defined.
create table _entities (
  name text primary key,
  position integer generated always as identity,
  definition jsonb not null,
  changed_at timestamptz(3) not null default now()
);

-- The relations between them. A relation is named from its source; the sides are the names of the two fields it makes.
create table _relations (
  source text not null,
  name text not null,
  position integer generated always as identity,
  source_side text not null,
  target_side text not null,
  definition jsonb not null,
  changed_at timestamptz(3) not null default now(),
  primary key (source, name)
);

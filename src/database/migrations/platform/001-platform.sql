-- The people who run this installation: owners may do everything in every app, viewers may read it.
create table _users (
  id uuid primary key default gen_random_uuid(),
  email text not null,
  password_hash text,
  role text not null default 'owner' check (role in ('owner', 'viewer')),
  active boolean not null default true,
  created_at timestamptz(3) not null default now()
);
create unique index _users_email on _users (lower(email));

-- The apps, and the database in which each of them lives.
create table _apps (
  name text primary key,
  display_name text not null,
  database text not null unique,
  created_at timestamptz(3) not null default now()
);

-- What the installation remembers about itself, by name.
create table _settings (
  key text primary key,
  value jsonb not null
);

-- The log-ins that last. A session is also the family of its refresh tokens: one row, whose token changes with each use.
create table _sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references _users (id) on delete cascade,
  family_hash text not null unique,
  token_hash text not null,
  address text not null,
  created_at timestamptz(3) not null default now(),
  used_at timestamptz(3) not null default now(),
  rotated_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null
);
create index _sessions_user on _sessions (user_id, used_at);
create index _sessions_expiry on _sessions (expires_at);

-- Who may become a user by choosing a password. Whoever accepts takes the row away.
create table _invites (
  id uuid primary key default gen_random_uuid(),
  email text not null,
  roles text[] not null default '{}',
  attributes jsonb not null default '{}',
  token_hash text not null unique,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null
);
create unique index _invites_email on _invites (lower(email));

-- Who may choose a new password without the old one: at most one token each.
create table _password_resets (
  user_id uuid primary key references _users (id) on delete cascade,
  token_hash text not null unique,
  expires_at timestamptz(3) not null
);

-- Services that use the app. Revoked keys stay, so that their ids in the history still mean something.
create table _api_keys (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  roles text[] not null default '{}',
  token_hash text not null unique,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3),
  used_at timestamptz(3),
  revoked_at timestamptz(3)
);

-- Whose tokens are taken beside our own, at most one.
create table _identity_provider (
  "only" boolean primary key default true check ("only"),
  definition jsonb not null,
  changed_at timestamptz(3) not null default now()
);

-- Counts of attempts by key, until the moment in milliseconds at which they start anew.
-- The columns and their order are those that rate-limiter-flexible writes.
create table _throttle (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
create index _throttle_expire on _throttle (expire);

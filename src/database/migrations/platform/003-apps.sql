-- What stands behind an app. Its keys derive from the server's secret and the salt; apps from before have none.
-- Whoever makes or deletes an app says so first: what a crash leaves behind is known by its state, and removed.
-- Work of the app is due at `next_due_at`; while some process has it open, that lies in the past.
alter table _apps
  add column salt text not null default '',
  add column state text not null default 'ready' check (state in ('creating', 'ready', 'deleting')),
  add column next_due_at timestamptz(3);

-- Apps that are there already may have work that nobody knows of yet.
update _apps set next_due_at = now();

-- Which processes have an app open. A process that ends without a word is known by the time.
create table _app_leases (
  app text not null references _apps (name) on delete cascade,
  instance uuid not null,
  expires_at timestamptz(3) not null,
  primary key (app, instance)
);

-- What became of the definitions, revision by revision, written in the transaction that changed them; nothing here is ever changed.
-- A change is a definition's row before and after; orders are the keys of a list as they stood before, where rows went or moved.
create table _metadata_history (
  revision integer primary key,
  at timestamptz(3) not null default now(),
  author text not null,
  user_id text,
  request_id text,
  reason text,
  changes jsonb not null,
  orders jsonb not null,
  drops jsonb not null,
  renames jsonb not null,
  steps jsonb not null
);

-- The files that were uploaded. awaited: the bytes are still to come; checked: they came directly and are being looked at;
-- stored: they rest under the app's name, the id and the filename; doomed: they are being removed.
-- freed_at is the moment since which no record refers to the file; null while one does.
create table _files (
  id uuid primary key,
  filename text not null,
  mime_type text not null,
  size bigint not null,
  checksum text,
  uploader text not null,
  state text not null default 'awaited' check (state in ('awaited', 'checked', 'stored', 'doomed')),
  created_at timestamptz(3) not null default now(),
  freed_at timestamptz(3) default now()
);
create index _files_uploader on _files (uploader, created_at, id);
create index _files_created on _files (created_at, id);
create index _files_freed on _files (freed_at) where freed_at is not null;
create index _files_doomed on _files (id) where state = 'doomed';

-- Which cells of records refer to them, those of deleted records included.
create table _file_uses (
  table_name text not null,
  record_id text not null,
  column_name text not null,
  file_id uuid not null references _files (id) on delete cascade,
  primary key (table_name, record_id, column_name)
);
create index _file_uses_file on _file_uses (file_id);

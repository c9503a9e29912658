-- The tables as Metaloom makes them, for runs without Metaloom.
create table customers (
  id uuid constraint customers_pkey primary key default gen_random_uuid(),
  name text not null,
  email text not null,
  _version integer not null default 1,
  deleted_at timestamptz(3),
  _deletion uuid
);

create table invoices (
  id uuid constraint invoices_pkey primary key default gen_random_uuid(),
  number text not null,
  status text not null,
  total numeric(18,2) not null,
  created_at timestamptz(3) not null,
  customer_id uuid not null references customers (id) deferrable initially deferred,
  _version integer not null default 1,
  deleted_at timestamptz(3),
  _deletion uuid
);
create index on invoices (customer_id);

create table invoice_items (
  id uuid constraint invoice_items_pkey primary key default gen_random_uuid(),
  description text not null,
  quantity integer not null,
  unit_price numeric(18,2) not null,
  invoice_id uuid not null references invoices (id) deferrable initially deferred,
  _version integer not null default 1,
  deleted_at timestamptz(3),
  _deletion uuid
);
create index on invoice_items (invoice_id);

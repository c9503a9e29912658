-- 1,000 customers, 10,000 invoices, 5 items for each invoice: the same rows and keys in every run.
insert into customers (id, name, email)
select md5('customer' || n)::uuid, 'Customer ' || n, 'customer' || n || '@example.com'
from generate_series(1, 1000) n;

insert into invoices (id, number, status, total, created_at, customer_id)
select md5('invoice' || n)::uuid, 'INV-' || lpad(n::text, 6, '0'),
  (array['draft', 'sent', 'paid', 'void'])[1 + n % 4], (n * 37 % 100000) / 100.0,
  timestamptz '2026-01-01 00:00:00.123Z' + n * interval '1 minute', md5('customer' || 1 + n % 1000)::uuid
from generate_series(1, 10000) n;

insert into invoice_items (id, description, quantity, unit_price, invoice_id)
select md5('item' || n)::uuid, 'Item ' || n, 1 + n % 9, (n * 13 % 10000) / 100.0, md5('invoice' || 1 + n % 10000)::uuid
from generate_series(1, 50000) n;

analyze;

-- What stands in the tables before anything is measured: 100 customers, and the orders that are changed.
insert into customers (id, name)
select md5('customer' || n)::uuid, 'Customer ' || n
from generate_series(0, 99) n;

insert into plain_orders (id, number, quantity, amount, paid, booked_at, note, customer_id, status)
select md5('order' || n)::uuid, 'ORD-' || n, 1, 10, false, timestamptz '2026-01-01Z', 'An order', md5('customer' || n)::uuid, 'draft'
from generate_series(0, 9) n;

insert into checked_orders (id, number, quantity, amount, paid, booked_at, note, customer_id, status)
select id, number, quantity, amount, paid, booked_at, note, customer_id, status from plain_orders;

analyze;

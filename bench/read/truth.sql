-- What every server must answer, read from the tables without any of them: the first invoices by id, whole.
select i.id, i.number, i.status, i.total::text, i.created_at as "createdAt", i.customer_id as "customerId",
  (select row_to_json(c) from (select id, name, email from customers where id = i.customer_id) c) as customer,
  (select json_agg(t) from (
    select id, description, quantity, unit_price::text as "unitPrice"
    from invoice_items where invoice_id = i.id order by id
  ) t) as items
from invoices i
order by i.id
limit $1

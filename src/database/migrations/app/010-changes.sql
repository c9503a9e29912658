-- Those who follow an entity read its events in the order in which transactions end.
create index _outbox_entity on _outbox (entity, transaction, id) where kind = 'record';

-- Deliveries that were given up and instances by state are counted often, and must not be searched for among all the others.
-- expands: older servers can go on with these tables.
create index _deliveries_dead on _deliveries (position) where state = 'dead';
create index _workflow_instances_state on _workflow_instances (state);

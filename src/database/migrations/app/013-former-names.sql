-- What entities were called before: what the audit log says of the name, after one entry and up to another, is about the entity.
create table _former_names (
  former text not null,
  since bigint not null,
  until bigint not null,
  entity text not null,
  primary key (former, until)
);
create index _former_names_entity on _former_names (entity);

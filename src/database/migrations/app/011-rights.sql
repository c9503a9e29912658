-- Since which revision rights are as they are: permissions, and the roles of transitions.
alter table _metadata add column rights_revision integer not null default 0;

-- Holds the rights until the end of the transaction; refuses who knows older ones. Each statement in here sees what has
-- been committed when it begins, so that waiting for somebody who changes rights is followed by seeing what they became.
create function _hold_rights(known integer) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtext('metaloom rights'));
  if (select rights_revision > known from _metadata) then
    raise exception 'the rights changed after revision %', known using errcode = 'ML001';
  end if;
end
$$;

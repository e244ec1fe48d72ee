from __future__ import annotations

from django.db import migrations

# The vault's part of the instance `keys`. As with the keys of talks the application has no right on
# these tables and may call the functions. Each of them asks for the time: past the end of its day
# there is nothing to be had from a pair, a share or an opening, whether or not anybody destroyed it.
VAULT = """
CREATE TABLE vault_day (
    tenant int NOT NULL,
    day date NOT NULL,
    public bytea NOT NULL CHECK (octet_length(public) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, day)
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
CREATE INDEX vault_day_due ON vault_day (expires_at);

-- One half of a day's private key, sealed to one person's key as it was when the day was made.
CREATE TABLE vault_share (
    tenant int NOT NULL,
    day date NOT NULL,
    person int NOT NULL,
    person_key bytea NOT NULL,
    side text NOT NULL CHECK (side IN ('platform', 'tenant')),
    box bytea NOT NULL,
    -- Nobody has both halves.
    PRIMARY KEY (tenant, day, person),
    FOREIGN KEY (tenant, day) REFERENCES vault_day ON DELETE CASCADE
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

-- What an opening passes from hand to hand: a share to the other group, then the answer back.
CREATE TABLE vault_opening (
    opening uuid PRIMARY KEY,
    tenant int NOT NULL,
    day date NOT NULL,
    answer bytea,
    shown boolean NOT NULL DEFAULT false,
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (tenant, day) REFERENCES vault_day ON DELETE CASCADE
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
CREATE TABLE vault_passed (
    opening uuid NOT NULL REFERENCES vault_opening ON DELETE CASCADE,
    person int NOT NULL,
    box bytea NOT NULL,
    PRIMARY KEY (opening, person)
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

CREATE FUNCTION vault_today() RETURNS date LANGUAGE sql STABLE
    SET search_path = public, pg_temp
    AS $$ SELECT (retention_now() AT TIME ZONE 'UTC')::date $$;
REVOKE ALL ON FUNCTION vault_today() FROM PUBLIC;

-- Nothing has been sealed to a day that is still to come, so it may be made anew for other people.
-- A day that has begun, or is about to, stays as it is.
CREATE FUNCTION vault_day_make(p_tenant int, p_day date, p_public bytea, p_expires timestamptz,
    p_people int[], p_keys bytea[], p_sides text[], p_boxes bytea[])
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF p_expires <= retention_now() OR p_day < vault_today() OR p_day > vault_today() + 1 THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(x'0A17DA'::int, p_tenant);
    DELETE FROM vault_day WHERE tenant = p_tenant AND day = p_day
        AND p_day::timestamp AT TIME ZONE 'UTC' > retention_now() + interval '10 minutes';
    INSERT INTO vault_day (tenant, day, public, expires_at)
    VALUES (p_tenant, p_day, p_public, p_expires) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO vault_share (tenant, day, person, person_key, side, box)
    SELECT p_tenant, p_day, s.* FROM unnest(p_people, p_keys, p_sides, p_boxes) s;
    RETURN true;
END $$;

-- The key that seals now, and nothing about any other day.
CREATE FUNCTION vault_day_public(p_tenant int)
    RETURNS TABLE (day date, public bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.day, d.public FROM vault_day d
    WHERE d.tenant = p_tenant AND d.day = vault_today()
      AND d.expires_at > (SELECT retention_now()) $$;

CREATE FUNCTION vault_day_people(p_tenant int, p_day date)
    RETURNS TABLE (person int, person_key bytea, side text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.person, s.person_key, s.side
    FROM vault_share s JOIN vault_day d USING (tenant, day)
    WHERE s.tenant = p_tenant AND s.day = p_day AND d.expires_at > (SELECT retention_now()) $$;

CREATE FUNCTION vault_share_read(p_tenant int, p_day date, p_person int)
    RETURNS TABLE (side text, box bytea, public bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.side, s.box, d.public
    FROM vault_share s JOIN vault_day d USING (tenant, day)
    WHERE s.tenant = p_tenant AND s.day = p_day AND s.person = p_person
      AND d.expires_at > (SELECT retention_now()) $$;

CREATE FUNCTION vault_day_shorten(p_tenant int, p_days date[], p_expires timestamptz[])
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE vault_day d SET expires_at = a.e
    FROM unnest(p_days, p_expires) AS a (d, e)
    WHERE d.tenant = p_tenant AND d.day = a.d AND d.expires_at > a.e;
    UPDATE vault_opening o SET expires_at = d.expires_at
    FROM vault_day d
    WHERE d.tenant = p_tenant AND o.tenant = p_tenant AND o.day = d.day
      AND o.expires_at > d.expires_at $$;

-- An hour to find somebody who agrees; never beyond the day's own end.
CREATE FUNCTION vault_opening_ask(
    p_opening uuid, p_tenant int, p_day date, p_people int[], p_boxes bytea[])
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO vault_opening (opening, tenant, day, expires_at)
    SELECT p_opening, d.tenant, d.day, least(d.expires_at, retention_now() + interval '1 hour')
    FROM vault_day d
    WHERE d.tenant = p_tenant AND d.day = p_day AND d.expires_at > retention_now();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO vault_passed (opening, person, box)
    SELECT p_opening, s.* FROM unnest(p_people, p_boxes) s;
    RETURN true;
END $$;

CREATE FUNCTION vault_opening_passed(p_opening uuid, p_tenant int, p_person int)
    RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.box FROM vault_passed p JOIN vault_opening o USING (opening)
    WHERE o.opening = p_opening AND o.tenant = p_tenant AND p.person = p_person
      AND o.expires_at > (SELECT retention_now()) $$;

-- The answer waits half an hour to be looked at; the shares are not needed any more.
CREATE FUNCTION vault_opening_answer(p_opening uuid, p_tenant int, p_answer bytea)
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE vault_opening o SET answer = p_answer,
        expires_at = least(d.expires_at, retention_now() + interval '30 minutes')
    FROM vault_day d
    WHERE o.opening = p_opening AND o.tenant = p_tenant AND o.answer IS NULL
      AND o.expires_at > retention_now() AND d.tenant = o.tenant AND d.day = o.day
      AND d.expires_at > retention_now();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM vault_passed WHERE opening = p_opening;
    RETURN true;
END $$;

-- Half an hour from the first time that it is asked for.
CREATE FUNCTION vault_opening_show(p_opening uuid, p_tenant int)
    RETURNS TABLE (answer bytea, expires_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE vault_opening o SET shown = true,
        expires_at = least(d.expires_at, retention_now() + interval '30 minutes')
    FROM vault_day d
    WHERE o.opening = p_opening AND o.tenant = p_tenant AND o.answer IS NOT NULL
      AND NOT o.shown AND o.expires_at > retention_now()
      AND d.tenant = o.tenant AND d.day = o.day AND d.expires_at > retention_now();
    RETURN QUERY SELECT o.answer, o.expires_at FROM vault_opening o
    WHERE o.opening = p_opening AND o.tenant = p_tenant AND o.answer IS NOT NULL
      AND o.expires_at > retention_now();
END $$;

CREATE FUNCTION vault_opening_end(p_opening uuid, p_tenant int)
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM vault_opening WHERE opening = p_opening AND tenant = p_tenant;
    RETURN FOUND;
END $$;

CREATE FUNCTION vault_destroy_due()
    RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH over AS (
        DELETE FROM vault_opening WHERE expires_at <= (SELECT retention_now()) RETURNING 1
    ), gone AS (
        DELETE FROM vault_day WHERE expires_at <= (SELECT retention_now()) RETURNING 1)
    SELECT (SELECT count(*) FROM over) + (SELECT count(*) FROM gone) $$;

-- As key_compact: no deleted row's bytes stay in the tables' files.
CREATE TABLE vault_compaction (one boolean PRIMARY KEY DEFAULT true CHECK (one), deleted bigint);
INSERT INTO vault_compaction (deleted) VALUES (0);
CREATE FUNCTION vault_compact()
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_deleted bigint;
BEGIN
    SELECT sum(pg_stat_get_tuples_deleted(t) + pg_stat_get_tuples_updated(t)) INTO v_deleted
    FROM unnest(ARRAY['vault_day', 'vault_share', 'vault_opening', 'vault_passed']::regclass[]) t;
    IF v_deleted IS NOT DISTINCT FROM (SELECT deleted FROM vault_compaction) THEN
        RETURN false;
    END IF;
    CLUSTER vault_day USING vault_day_pkey;
    CLUSTER vault_share USING vault_share_pkey;
    CLUSTER vault_opening USING vault_opening_pkey;
    CLUSTER vault_passed USING vault_passed_pkey;
    INSERT INTO vault_compaction AS c (deleted) VALUES (v_deleted)
    ON CONFLICT (one) DO UPDATE SET deleted = v_deleted;
    RETURN true;
END $$;

DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public' AND p.prosecdef AND p.proname LIKE 'vault\\_%' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO helpline_keys_app', f);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0007_vault")]
    operations = [migrations.RunSQL(VAULT, hints={"instance": "keys"})]

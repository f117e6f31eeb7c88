from django.db import migrations

UP = """
CREATE FUNCTION shred_revisions(keys bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone bigint;
BEGIN
  DELETE FROM programs_revision r USING programs_entry e
  WHERE r.id = ANY(keys) AND e.id = r.entry_id AND e.state IN ('draft', 'withdrawn', 'refused', 'lapsed');
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
REVOKE ALL ON FUNCTION shred_revisions(bigint[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """The application's role may not delete a revision; through this it may, where the entry ended in vain."""

    dependencies = [("privacy", "0002_retention"), ("programs", "0001_initial")]
    operations = [migrations.RunSQL(UP, "DROP FUNCTION shred_revisions(bigint[])")]

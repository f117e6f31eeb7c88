"""What the database itself adds up: no place of a published edition is lost or made by passing it on."""


def places_add_up(category: str) -> str:
    """PL/pgSQL: places of the reporting units + returned ones = what was issued, for the category that is named."""
    return f"""
    IF EXISTS (
      SELECT 1 FROM programs_category c JOIN programs_call k ON k.id = c.call_id
      WHERE c.id = {category} AND k.state <> 'draft' AND c.issued <> c.returned + (
        SELECT COALESCE(SUM(q.places), 0) FROM programs_quota q
        WHERE q.category_id = c.id AND q.above_id IS NULL AND q.pot_id IS NULL)
    ) THEN
      RAISE EXCEPTION 'places of category % do not add up to what was issued', {category}
        USING ERRCODE = 'check_violation', CONSTRAINT = 'places_add_up';
    END IF;
    RETURN NULL;
    """  # nosec B608 # a name of PL/pgSQL, ours


#: PL/pgSQL for a quota's row: what it passed on is what lies below it; then the category as above.
BELOW_ADDS_UP = f"""
    FOREACH up IN ARRAY array_remove(ARRAY[NEW.id, NEW.above_id, OLD.above_id], NULL) LOOP
      IF EXISTS (
        SELECT 1 FROM programs_quota q WHERE q.id = up AND q.given <> (
          SELECT COALESCE(SUM(b.places), 0) FROM programs_quota b WHERE b.above_id = q.id)
      ) THEN
        RAISE EXCEPTION 'places below quota % do not add up to what it passed on', up
          USING ERRCODE = 'check_violation', CONSTRAINT = 'places_add_up';
      END IF;
    END LOOP;
    cat := COALESCE(NEW.category_id, OLD.category_id);
    {places_add_up("cat")}
"""  # nosec B608 # constants

"""Separation rules for accounts and posts, as triggers: they hold whatever the code above does (S2, S5, S6, S8).

Identity is the person. Two accounts are one person's when they carry the same document index; the trigger
``same_person`` gives both the same number, and every rule compares that number. Joined once, they stay joined: a new
key of the index, or a corrected number, parts nobody.
"""

import pgtrigger

from portal import policy

#: S5, S6: who checks, or minds the machine, the keys or the trail, holds no other role meanwhile.
ALONE = ("auditor", "system", "security", "log")
STAFF = tuple(sorted(policy.STAFF_ROLES))
#: Someone in force today: posts end by the calendar of Shanghai, not by the server's.
_TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"
_OFFICERS = f"""
    SELECT u.person FROM accounts_post p JOIN accounts_user u ON u.id = p.user_id
    WHERE p.role = 'security' AND u.is_active AND p.since <= {_TODAY} AND (p.until IS NULL OR p.until >= {_TODAY})
"""  # nosec B608 # constants
_CLASH = f"""
    (a.role IN {ALONE} OR b.role IN {ALONE}) AND a.role <> b.role
    AND daterange(a.since, a.until, '[]') && daterange(b.since, b.until, '[]')
"""  # nosec B608 # constants

same_person = pgtrigger.Trigger(
    name="same_person",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("member_id", "document_index", "person"),
    declare=[("twin", "bigint")],
    func=f"""
    NEW.person := NEW.id;
    IF TG_OP = 'UPDATE' THEN
      NEW.person := COALESCE(NULLIF(OLD.person, 0), NEW.id);
      NEW.document_index := COALESCE(NULLIF(NEW.document_index, ''), OLD.document_index);
    END IF;
    IF NEW.member_id IS NOT NULL THEN
      SELECT m.document_index INTO NEW.document_index FROM registry_member m WHERE m.id = NEW.member_id;
    END IF;
    IF NEW.document_index <> '' THEN
      PERFORM pg_advisory_xact_lock(714202, hashtext(NEW.document_index));
      SELECT u.person INTO twin FROM accounts_user u
        WHERE u.document_index = NEW.document_index AND u.id <> NEW.id AND u.person <> 0 ORDER BY u.id LIMIT 1;
      NEW.person := COALESCE(twin, NEW.person);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.person <> OLD.person AND OLD.person <> 0 THEN
      PERFORM pg_advisory_xact_lock(714200, NEW.person::int);
      IF EXISTS (
        SELECT 1 FROM accounts_post a, accounts_post b JOIN accounts_user u ON u.id = b.user_id
        WHERE a.user_id = NEW.id AND u.person = NEW.person AND u.id <> NEW.id AND {_CLASH}
      ) THEN
        RAISE EXCEPTION 'person % holds another role in another account', NEW.person
          USING ERRCODE = 'check_violation', CONSTRAINT = 'post_alone';
      END IF;
    END IF;
    RETURN NEW;
    """,  # nosec B608 # constants
)

# The lock is per person: two grants at once, also to two accounts, cannot both look before the other has written. The
# row lock comes first: an account that is being joined to a person meanwhile is read after that is done.
alone = pgtrigger.Trigger(
    name="alone",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("who", "bigint")],
    func=f"""
    SELECT u.person INTO who FROM accounts_user u WHERE u.id = NEW.user_id FOR SHARE;
    PERFORM pg_advisory_xact_lock(714200, who::int);
    IF EXISTS (
      SELECT 1 FROM accounts_post a JOIN accounts_user u ON u.id = a.user_id,
        (SELECT NEW.role AS role, NEW.since AS since, NEW.until AS until) b
      WHERE u.person = who AND a.id IS DISTINCT FROM NEW.id AND {_CLASH}
    ) THEN
      RAISE EXCEPTION 'person % holds another role meanwhile', who
        USING ERRCODE = 'check_violation', CONSTRAINT = 'post_alone';
    END IF;
    RETURN NEW;
    """,  # nosec B608 # constants
)

# Founding: while there are not yet two security officers, nobody could confirm anything, and the machine grants.
two_officers = pgtrigger.Trigger(
    name="two_officers",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("holder", "bigint"), ("first", "bigint"), ("second", "bigint")],
    func=f"""
    IF TG_OP = 'UPDATE' THEN
      IF NEW.role IN {STAFF} AND (
        (NEW.user_id, NEW.role, NEW.organization_id, NEW.emergency)
          IS DISTINCT FROM (OLD.user_id, OLD.role, OLD.organization_id, OLD.emergency)
        OR (NEW.granted_by_id, NEW.confirmed_by_id) IS DISTINCT FROM (OLD.granted_by_id, OLD.confirmed_by_id)
        OR COALESCE(NEW.until, 'infinity') > COALESCE(OLD.until, 'infinity')
      ) THEN
        RAISE EXCEPTION 'a staff post is ended and granted anew, never changed'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'post_two_officers';
      END IF;
      RETURN NEW;
    END IF;
    SELECT u.person INTO holder FROM accounts_user u WHERE u.id = NEW.user_id;
    SELECT u.person INTO first FROM accounts_user u WHERE u.id = NEW.granted_by_id;
    SELECT u.person INTO second FROM accounts_user u WHERE u.id = NEW.confirmed_by_id;
    IF holder IN (first, second) THEN
      RAISE EXCEPTION 'nobody grants to themselves'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'post_not_to_oneself';
    END IF;
    IF NEW.role NOT IN {STAFF} THEN
      RETURN NEW;
    END IF;
    IF first IS NULL THEN
      IF (SELECT count(DISTINCT o.person) FROM ({_OFFICERS}) o) < 2 THEN
        RETURN NEW;
      END IF;
    ELSIF first IN ({_OFFICERS}) AND (
      (NEW.emergency AND NEW.until <= NEW.since + 1) OR (second <> first AND second IN ({_OFFICERS}))
    ) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a staff post takes two security officers'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'post_two_officers';
    """,  # nosec B608 # constants
)

# The same for an act that waits for its second officer.
two_people = pgtrigger.Trigger(
    name="two_people",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
    IF NEW.answered_by_id IS NOT NULL AND (
      SELECT count(DISTINCT u.person) FROM accounts_user u
      WHERE u.id IN (NEW.user_id, NEW.asked_by_id, NEW.answered_by_id)
    ) < (CASE WHEN NEW.state = 'withdrawn' THEN 2 ELSE 3 END) THEN
      RAISE EXCEPTION 'two officers and the one it is about are three people'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'dual_act_two_people';
    END IF;
    RETURN NEW;
    """,
)

# KEY SHARE waits for a merger or an end of the union that is under way.
open_union = pgtrigger.Trigger(
    name="open_union",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
    PERFORM 1 FROM registry_organization WHERE id = NEW.organization_id AND active FOR KEY SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'union % is closed', NEW.organization_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
    """,
)

# A new address or telephone resets no password for a day, and the former one is told of what happens meanwhile
# (P-AUTH6); noted here, whoever changes it by whatever way. A new key of the index is no new telephone.
contact_changed = pgtrigger.Trigger(
    name="contact_changed",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("email", "phone_index"),
    condition=pgtrigger.Condition(
        "OLD.email IS DISTINCT FROM NEW.email OR OLD.phone_index IS DISTINCT FROM NEW.phone_index"
    ),
    func="""
    IF current_setting('portal.resealing', true) = 'on' THEN
      RETURN NEW;
    END IF;
    NEW.contact_changed_at := now();
    INSERT INTO accounts_formercontact (user_id, email, phone, at)
      SELECT OLD.id, was.email, was.phone, now() FROM (SELECT
        CASE WHEN OLD.email IS DISTINCT FROM NEW.email THEN OLD.email ELSE '' END AS email,
        CASE WHEN OLD.phone_index IS DISTINCT FROM NEW.phone_index THEN OLD.phone ELSE '' END AS phone
      ) was WHERE was.email <> '' OR was.phone <> '';
    RETURN NEW;
    """,
)

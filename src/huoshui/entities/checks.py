"""What must hold of the entities stage: each check is SQL that gives the rows that offend."""

from __future__ import annotations

from huoshui.entities import schema
from huoshui.kernel.step import Step
from huoshui.policy.pack import Pack


def checks(pack: Pack) -> list[Step]:
    """Describe relations that must all be empty, named for what they find."""
    found = {
        "entity_twice": "SELECT entity FROM entity GROUP BY entity HAVING count(*) > 1",
        "subject_twice": """
SELECT subject_code, subject_name FROM subject_link
GROUP BY subject_code, subject_name HAVING count(*) > 1""",
        "linked_to_no_entity": """
SELECT s.* FROM subject_entity AS s LEFT JOIN entity AS e ON e.entity = s.entity
WHERE e.entity IS NULL""",
        "unified_code_merged": f"""
SELECT s.* FROM subject_entity AS s LEFT JOIN code_standing AS c ON c.code = s.subject_code
WHERE c.standing = 2 AND c.own <> s.entity AND s.how <> 'decided'
OR s.how NOT IN ({", ".join(f"'{how}'" for how in schema.HOW)})""",
        "branch_of_two": "SELECT branch FROM branch_link GROUP BY branch HAVING count(*) > 1",
        "branch_of_itself": "SELECT * FROM branch_link WHERE branch = parent",
        "branch_no_entity": """
SELECT l.* FROM branch_link AS l LEFT JOIN entity AS e ON e.entity = l.branch
LEFT JOIN entity AS p ON p.entity = l.parent WHERE e.entity IS NULL OR p.entity IS NULL""",
    }
    for item in (each for each in pack.items.values() if each.about == "subject"):
        key = ", ".join(f'"{column}"' for column in item.key)
        found[f"settled_twice_{item.id}"] = f"""
SELECT entity FROM settled_{item.id} GROUP BY entity, {key} HAVING count(*) > 1"""
        found[f"settled_nobody_{item.id}"] = f"""
SELECT f.entity FROM settled_{item.id} AS f LEFT JOIN entity AS e ON e.entity = f.entity
WHERE e.entity IS NULL"""
    return [Step(name, sql, "view") for name, sql in found.items()]

/**
 * In SQL: what people call a sent value with a `kind`, `name` and `title`: `first_name`, `field 12 (Company)`, `tag vip` or
 * `list 3 (News)`. A field is named by its ID, or by what it was declared as; its title is not repeated.
 */
export const memberName = (row: string): string => `CASE ${row}.kind
      WHEN 'field' THEN 'field ' || ${row}.name
      WHEN 'tag' THEN 'tag ' || ${row}.name
      WHEN 'subscribe' THEN 'list ' || ${row}.name
      WHEN 'unsubscribe' THEN 'not on list ' || ${row}.name
      ELSE ${row}.kind
    END || CASE WHEN lower(${row}.title) <> lower(${row}.name) THEN ' (' || ${row}.title || ')' ELSE '' END`

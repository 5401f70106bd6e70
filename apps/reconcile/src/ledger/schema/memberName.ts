/**
 * In SQL: what people call a sent value with a `kind`, `name` and `title`: `first_name`, `field 12 (Company)`, `tag vip`,
 * `list 3 (News)` or `unsubscribe from list 3 (News)`. A field is named by its ID, or by what it was declared as; its title is not repeated.
 */
export const memberName = (row: string, name = `${row}.name`): string => `CASE ${row}.kind
      WHEN 'field' THEN 'field ' || ${name}
      WHEN 'tag' THEN 'tag ' || ${name}
      WHEN 'subscribe' THEN 'list ' || ${name}
      WHEN 'unsubscribe' THEN 'unsubscribe from list ' || ${name}
      ELSE ${row}.kind
    END || CASE WHEN lower(${row}.title) <> lower(${name}) THEN ' (' || ${row}.title || ')' ELSE '' END`

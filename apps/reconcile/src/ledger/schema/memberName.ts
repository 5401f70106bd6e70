/**
 * In SQL: what people call a sent value `m`, a row of `sent_members`: `first_name`, `field 12 (Company)`, `tag vip` or
 * `list 3 (News)`. A field is named by its ID or by its title, as it was declared.
 */
export const memberName = (m: string): string => `CASE ${m}.kind
        WHEN 'field' THEN 'field ' || ${m}.name
          || coalesce(' (' || (SELECT f.title FROM account_fields f WHERE f.field_id = ${m}.name) || ')', '')
        WHEN 'tag' THEN 'tag ' || ${m}.name
        WHEN 'subscribe' THEN 'list ' || ${m}.name
          || coalesce(' (' || (SELECT l.name FROM account_lists l WHERE l.list_id = ${m}.name) || ')', '')
        WHEN 'unsubscribe' THEN 'not on list ' || ${m}.name
          || coalesce(' (' || (SELECT l.name FROM account_lists l WHERE l.list_id = ${m}.name) || ')', '')
        ELSE ${m}.kind
      END`

-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.

-- I20 numbers have no gap: a shop's year counts from 1 to the last number given out
SELECT c.shop_id, c.year, c.last, count(d.id) AS documents, max(d.seq) AS highest
FROM tax_invoice_counter c
LEFT JOIN tax_invoice_document d ON d.shop_id = c.shop_id AND d.year = c.year
GROUP BY c.shop_id, c.year, c.last HAVING c.last <> count(d.id) OR c.last <> coalesce(max(d.seq), 0);

-- I21 a document's rates add up to its total, their taxes to its tax, and means of payment to what was not paid
SELECT d.number, d.total, d.tax, d.paid FROM tax_invoice_document d
WHERE d.total <> (SELECT coalesce(sum((t ->> 'gross')::bigint), 0) FROM jsonb_array_elements(d.body -> 'taxes') t)
   OR d.tax <> (SELECT coalesce(sum((t ->> 'tax')::bigint), 0) FROM jsonb_array_elements(d.body -> 'taxes') t)
   OR d.total - d.paid <> (SELECT coalesce(sum((t ->> 'amount')::bigint), 0)
                           FROM jsonb_array_elements(d.body -> 'tenders') t)
   OR d.total <> (SELECT coalesce(sum((r ->> 'amount')::bigint), 0) FROM jsonb_array_elements(d.body -> 'rows') r)
               - (SELECT coalesce(sum((o ->> 'amount')::bigint), 0) FROM jsonb_array_elements(d.body -> 'discounts') o);

-- I22 a version follows the one that it replaces, in the same chain, with the same amounts
SELECT n.number, n.version, o.number AS replaced, o.version AS old_version
FROM tax_invoice_document n LEFT JOIN tax_invoice_document o ON o.id = n.replaces
WHERE n.version > 1 AND (o.id IS NULL OR o.family <> n.family OR o.subject_id <> n.subject_id
      OR o.version <> n.version - 1 OR (o.total, o.paid, o.tax) <> (n.total, n.paid, n.tax));

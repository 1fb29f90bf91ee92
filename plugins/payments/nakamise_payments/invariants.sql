-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.
-- (I2, the balance of the whole ledger, holds by construction: a row moves one amount from one account to another.)

-- I3 I4 each op that succeeded moved its amount once, in its direction, and no other op moved anything
SELECT o.id, o.kind, o.state, o.amount, t.count, t.amount AS moved
FROM payments_op o
LEFT JOIN (SELECT op_id, kind, count(*) AS count, sum(amount) AS amount FROM payments_transfer GROUP BY op_id, kind) t
     ON t.op_id = o.id
WHERE (o.state = 'succeeded') <> (t.op_id IS NOT NULL)
   OR (t.op_id IS NOT NULL AND (t.count <> 1 OR t.amount <> o.amount
       OR t.kind <> CASE o.kind WHEN 'charge' THEN 'capture' ELSE 'refund' END));

-- I5 what refunds take is what their charge remembers, and never more than it was
SELECT c.id, c.amount, c.reversed, coalesce(r.amount, 0) AS refunds
FROM payments_op c
LEFT JOIN (SELECT parent_id, sum(amount) AS amount FROM payments_op
           WHERE kind = 'refund' AND state NOT IN ('failed', 'canceled') GROUP BY parent_id) r ON r.parent_id = c.id
WHERE c.kind = 'charge' AND (c.reversed <> coalesce(r.amount, 0) OR c.reversed > c.amount);

-- I6 one live charge for each thing that is paid for
SELECT subject, count(*) FROM payments_op
WHERE kind = 'charge' AND state NOT IN ('failed', 'canceled') GROUP BY subject HAVING count(*) > 1;

-- I10 nothing waits for the provider's answer for long
SELECT id, state, attempts, first_sent_at FROM payments_op
WHERE state IN ('sending', 'unknown') AND first_sent_at < now() - interval '15 minutes';

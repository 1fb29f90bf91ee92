-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.
-- (I2, the balance of the whole ledger, holds by construction: a row moves one amount from one account to another.)

-- I3 I4 each op that succeeded moved its amount once, in its direction, and no other op moved anything
SELECT o.id, o.kind, o.state, o.amount, t.amount AS moved
FROM payments_op o
LEFT JOIN (SELECT op_id, sum(CASE kind WHEN 'refund_failed' THEN -amount ELSE amount END) AS amount
           FROM payments_transfer WHERE kind NOT IN ('fee', 'dispute', 'dispute_won', 'dispute_fee') GROUP BY op_id) t ON t.op_id = o.id
WHERE coalesce(t.amount, 0) <> CASE WHEN o.state <> 'succeeded' OR o.kind IN ('capture', 'release') THEN 0
                                    WHEN o.kind = 'charge' THEN o.captured ELSE o.amount END;

-- I4 an op has only entries of its kind, each at most once
SELECT o.id, o.kind, t.kind, count(*) FROM payments_op o JOIN payments_transfer t ON t.op_id = o.id
WHERE t.kind NOT IN ('dispute', 'dispute_won', 'dispute_fee')
GROUP BY o.id, o.kind, t.kind
HAVING count(*) > 1 OR NOT CASE o.kind WHEN 'charge' THEN t.kind IN ('capture', 'fee')
                                       WHEN 'refund' THEN t.kind IN ('refund', 'refund_failed', 'by_hand')
                                       ELSE t.kind = o.kind END;

-- I4 what the provider kept of a charge is booked
SELECT o.id, o.fee, f.amount FROM payments_op o
LEFT JOIN payments_transfer f ON f.op_id = o.id AND f.kind = 'fee'
WHERE o.kind = 'charge' AND o.state = 'succeeded' AND o.fee <> coalesce(f.amount, 0);

-- I4 a dispute holds its money while it is open or lost, and has given it back when it was won
SELECT d.id, d.state, d.amount, t.held FROM payments_dispute d
LEFT JOIN (SELECT split_part(idem, ':', 2) AS id, sum(CASE kind WHEN 'dispute' THEN amount ELSE -amount END) AS held
           FROM payments_transfer WHERE kind IN ('dispute', 'dispute_won') GROUP BY 1) t ON t.id = d.id::text
WHERE coalesce(t.held, 0) <> CASE WHEN d.state = 'won' OR d.is_inquiry THEN 0 ELSE d.amount END;

-- I5 what refunds, releases and lost disputes take is what their charge remembers, and never more than it was
SELECT c.id, c.amount, c.reversed, coalesce(r.amount, 0) AS refunds, coalesce(l.amount, 0) AS lost
FROM payments_op c
LEFT JOIN (SELECT parent_id, sum(amount) AS amount FROM payments_op
           WHERE kind IN ('refund', 'release', 'reversal') AND state NOT IN ('failed', 'canceled')
           AND reason <> 'more was taken than was left' GROUP BY parent_id) r ON r.parent_id = c.id
LEFT JOIN (SELECT op_id, sum(amount) AS amount FROM payments_dispute WHERE state = 'lost' GROUP BY op_id) l ON l.op_id = c.id
WHERE c.kind IN ('charge', 'transfer')
  AND (c.reversed <> least(c.amount, coalesce(r.amount, 0) + coalesce(l.amount, 0)) OR r.amount > c.amount);

-- I6 one live charge for each thing that is paid for
SELECT subject, count(*) FROM payments_op
WHERE kind = 'charge' AND NOT extra AND state NOT IN ('failed', 'canceled') GROUP BY subject HAVING count(*) > 1;

-- I7 sellers never get more than was taken and what others bore of their prices
SELECT c.id, c.captured, sum(t.amount - t.reversed) AS passed_on, sum(s.borne) AS borne FROM payments_op c
JOIN payments_op t ON t.parent_id = c.id AND t.kind = 'transfer' AND t.state NOT IN ('failed', 'canceled')
LEFT JOIN payments_sale s ON s.op_id = t.id
GROUP BY c.id, c.captured HAVING sum(t.amount - t.reversed) > c.captured + coalesce(sum(s.borne), 0);

-- I10 nothing waits for the provider's answer for long
SELECT id, state, attempts, first_sent_at FROM payments_op
WHERE state IN ('sending', 'unknown') AND first_sent_at < now() - interval '15 minutes';

-- I10 no authorisation is believed in after its end
SELECT id, capture_before FROM payments_op WHERE state = 'authorized' AND capture_before < now() - interval '2 hours';

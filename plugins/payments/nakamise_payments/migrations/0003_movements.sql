-- contract: kinds become more, and the version before writes none of the new ones; it always names an op
-- Payouts to our own bank account, what others move in the same account with the provider, fees of disputes.
ALTER TABLE payments_account
    DROP CONSTRAINT payments_account_kind_check,
    ADD CONSTRAINT payments_account_kind_check
        CHECK (kind IN ('psp_clearing', 'tenant_payable', 'provider_fee', 'by_hand', 'bank', 'others'));

ALTER TABLE payments_transfer
    DROP CONSTRAINT payments_transfer_kind_check,
    ADD CONSTRAINT payments_transfer_kind_check CHECK (kind IN (
        'capture', 'fee', 'refund', 'refund_failed', 'by_hand', 'dispute', 'dispute_won', 'dispute_fee',
        'transfer', 'reversal', 'payout', 'payout_failed', 'other_in', 'other_out')),
    ALTER COLUMN op_id DROP NOT NULL,
    ADD CONSTRAINT payments_transfer_op_check
        CHECK ((op_id IS NULL) = (kind IN ('payout', 'payout_failed', 'other_in', 'other_out')));

-- How many movements of the provider's balance were compared with the ledger.
ALTER TABLE payments_report ADD COLUMN moved int NOT NULL DEFAULT 0;

ALTER TABLE payments_report ADD CONSTRAINT payments_report_moved_check CHECK (moved >= 0);

-- What a lost dispute took cannot go back once more.
UPDATE payments_op o SET reversed = least(o.amount, o.reversed + d.amount)
FROM (SELECT op_id, sum(amount) AS amount FROM payments_dispute WHERE state = 'lost' GROUP BY op_id) d
WHERE d.op_id = o.id;

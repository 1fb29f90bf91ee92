"""Orders after they were placed: history, cancelling, fulfilment, mails."""

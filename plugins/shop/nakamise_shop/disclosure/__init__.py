"""Who a seller is, for buyers with a claim (取引デジタルプラットフォーム消費者保護法 5条): form, checks, decision, log."""

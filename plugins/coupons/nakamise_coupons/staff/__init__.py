"""What staff do with coupons."""

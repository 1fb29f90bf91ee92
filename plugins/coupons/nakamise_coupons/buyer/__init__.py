"""What buyers do with coupons."""

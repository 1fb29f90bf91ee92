"""What buyers wish for their parcel: day, hours, wrapping, noshi, card."""

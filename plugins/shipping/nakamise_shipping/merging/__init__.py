"""Several orders of one buyer in one parcel."""

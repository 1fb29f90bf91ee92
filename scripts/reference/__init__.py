"""The reference in docs/reference/, written from the code: ``python -m scripts.reference``. A test compares."""

"""Slips: files for carriers, with what is wrong with each before it is written."""

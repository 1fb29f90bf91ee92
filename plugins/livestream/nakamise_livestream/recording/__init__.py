"""Recording what the media engine forwards, beside the viewers' path: nothing is decoded or encoded."""
